import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Range } from '../../../src/base/range.ts';
import { mergeRanges } from '../../../src/sources/timeline/merge-ranges.ts';

const ranges = fc.array(
  fc
    .tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 1, max: 80 }))
    .map(([fromMs, length]): Range => ({ fromMs, toMs: fromMs + length })),
  { maxLength: 30 },
);
const gaps = fc.nat({ max: 60 });

test('all that was given is covered, and nothing further than the gaps between', () => {
  fc.assert(
    fc.property(ranges, gaps, (given, gapMs) => {
      const merged = mergeRanges(given, gapMs);
      for (const range of given) {
        expect(merged.some(({ fromMs, toMs }) => fromMs <= range.fromMs && toMs >= range.toMs)).toBe(true);
      }
      for (const { fromMs, toMs } of merged) {
        for (let at = fromMs; at < toMs; at += 1) {
          const isGiven = given.some((range) => range.fromMs <= at && at < range.toMs);
          const below = given.filter((range) => range.toMs <= at).map((range) => at - range.toMs);
          const above = given.filter((range) => range.fromMs > at).map((range) => range.fromMs - at);
          expect(isGiven || Math.min(...below) + Math.min(...above) <= gapMs).toBe(true);
        }
      }
    }),
  );
});

test('what comes out is newest first, and further apart than the gap', () => {
  fc.assert(
    fc.property(ranges, gaps, (given, gapMs) => {
      const merged = mergeRanges(given, gapMs);
      for (const [at, older] of merged.slice(1).entries()) {
        expect(merged[at]!.fromMs - older.toMs).toBeGreaterThan(gapMs);
      }
    }),
  );
});

test.each([
  ['that overlap', 0, [10, 20], [15, 30], 1],
  ['that touch', 0, [10, 20], [20, 30], 1],
  ['just the gap apart', 5, [10, 20], [25, 30], 1],
  ['further apart', 5, [10, 20], [26, 30], 2],
  ['one inside the other', 0, [10, 40], [20, 30], 1],
] as const)('ranges %s (gap %i) become %o + %o → %i', (_case, gapMs, [a, b], [c, d], count) => {
  const given = [
    { fromMs: a, toMs: b },
    { fromMs: c, toMs: d },
  ];
  expect(mergeRanges(given, gapMs)).toHaveLength(count);
  expect(mergeRanges(given.toReversed(), gapMs)).toEqual(mergeRanges(given, gapMs));
});

test('what was given is left as it is', () => {
  const given = [Object.freeze({ fromMs: 0, toMs: 10 }), Object.freeze({ fromMs: 5, toMs: 20 })];
  mergeRanges(Object.freeze(given), 0);
  expect(given).toEqual([
    { fromMs: 0, toMs: 10 },
    { fromMs: 5, toMs: 20 },
  ]);
});
