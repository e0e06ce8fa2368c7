import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeRanges } from '../../src/base/time.ts';
import type { Range } from '../../src/base/time.ts';

const ranges = fc.array(
  fc
    .tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 1, max: 80 }))
    .map(([fromMs, length]): Range => ({ fromMs, toMs: fromMs + length })),
  { maxLength: 30 },
);

test('the result covers the same time as the ranges given', () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const isIn =
        (at: number) =>
        ({ fromMs, toMs }: Range): boolean =>
          fromMs <= at && at < toMs;
      const merged = mergeRanges(given);
      for (let at = -510; at < 600; at += 1) expect(merged.some(isIn(at))).toBe(given.some(isIn(at)));
    }),
  );
});

test('the result has its newest range first, and no two ranges touch', () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const merged = mergeRanges(given);
      for (const [at, older] of merged.slice(1).entries())
        expect(merged[at]!.fromMs).toBeGreaterThan(older.toMs);
    }),
  );
});

test.each([
  ['that overlap', [10, 20], [15, 30], 1],
  ['that touch', [10, 20], [20, 30], 1],
  ['apart', [10, 20], [21, 30], 2],
  ['one inside the other', [10, 40], [20, 30], 1],
] as const)('ranges %s: %o + %o → %i', (_case, [a, b], [c, d], count) => {
  const given = [
    { fromMs: a, toMs: b },
    { fromMs: c, toMs: d },
  ];
  expect(mergeRanges(given)).toHaveLength(count);
  expect(mergeRanges(given.toReversed())).toEqual(mergeRanges(given));
});

test('the ranges given are not changed', () => {
  const given = [Object.freeze({ fromMs: 0, toMs: 10 }), Object.freeze({ fromMs: 5, toMs: 20 })];
  mergeRanges(Object.freeze(given));
  expect(given).toEqual([
    { fromMs: 0, toMs: 10 },
    { fromMs: 5, toMs: 20 },
  ]);
});
