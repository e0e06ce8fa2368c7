import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fillingSince,
  listSeriesCoverage,
  type SeriesFacts,
} from '../../../../src/sources/usage/analytics/series-coverage.ts';

const NOW = 1_000_000;
const BOUNDS = { nowMs: NOW, settleMs: 100, retentionMs: 500_000 };
const FACTS: SeriesFacts = { readAtMs: NOW, stale: false, dropped: 0, unequalRows: [], unequalBuckets: [] };
const WHOLE = { fromMs: 0, toMs: NOW };

function statusesOf(range = WHOLE, facts: Partial<SeriesFacts> = {}, bounds: Partial<typeof BOUNDS> = {}) {
  const entries = listSeriesCoverage('times', range, { ...FACTS, ...facts }, { ...BOUNDS, ...bounds });
  return entries.map(({ status, fromMs, toMs }) => [status, fromMs, toMs]);
}

test('a series is filling at its newest end and expired at its oldest', () => {
  expect(statusesOf()).toEqual([
    ['FILLING', 999_900, NOW],
    ['COMPLETE', 500_000, 999_900],
    ['EXPIRED', 0, 500_000],
  ]);
  expect(statusesOf({ fromMs: 600_000, toMs: 700_000 })).toEqual([['COMPLETE', 600_000, 700_000]]);
  expect(statusesOf({ fromMs: 0, toMs: 500_000 })).toEqual([['EXPIRED', 0, 500_000]]);
  expect(statusesOf({ fromMs: 999_900, toMs: NOW })).toEqual([['FILLING', 999_900, NOW]]);
});

test('where the vendor keeps data for less time than it needs to settle, expired is told', () => {
  expect(statusesOf(WHOLE, {}, { retentionMs: 50 })).toEqual([
    ['FILLING', 999_950, NOW],
    ['EXPIRED', 0, 999_950],
  ]);
});

test('stale is told before dropped rows, and dropped rows before anything else', () => {
  expect(statusesOf(WHOLE, { stale: true, dropped: 2 })).toEqual([['STALE', 0, NOW]]);
  expect(statusesOf(WHOLE, { dropped: 2 })).toEqual([['TRUNCATED', 0, NOW]]);
  const [stale] = listSeriesCoverage(
    'times',
    WHOLE,
    { ...FACTS, stale: true, dropped: 2, readAtMs: 7 },
    BOUNDS,
  );
  expect(stale).toMatchObject({
    dropped: 2,
    asOfMs: 7,
    code: 'UPSTREAM',
    operation: '/usage/analytics/times',
  });
  const [truncated] = listSeriesCoverage('times', WHOLE, { ...FACTS, dropped: 2 }, BOUNDS);
  expect(truncated).toMatchObject({ dropped: 2, asOfMs: NOW, code: 'ROWS_DROPPED' });
});

test('a contradiction is said in the stretch that holds it', () => {
  const facts = { ...FACTS, unequalRows: [10, 600_000, 600_001], unequalBuckets: [600_000] };
  const entries = listSeriesCoverage('elements', WHOLE, facts, BOUNDS);
  expect(entries.map(({ reason }) => reason)).toEqual([
    null,
    "The vendor contradicts itself: in 2 of its rows the parts do not add up to 'count'. The vendor contradicts itself: 1 buckets do not add up to /usage/analytics/activity.",
    "Older than the vendor is said to keep. The vendor contradicts itself: in 1 of its rows the parts do not add up to 'count'.",
  ]);
});

test('stretches are disjoint, newest first, and make up the range; COMPLETE means that no row was dropped', () => {
  const moment = fc.integer({ min: 0, max: NOW });
  fc.assert(
    fc.property(
      moment,
      fc.integer({ min: 1, max: NOW }),
      moment,
      fc.nat(NOW),
      fc.option(fc.nat(NOW)),
      fc.boolean(),
      fc.nat(1),
      (fromMs, length, readAtMs, settleMs, retentionMs, stale, dropped) => {
        const range = { fromMs, toMs: fromMs + length };
        const bounds = { nowMs: NOW, settleMs, retentionMs };
        const entries = listSeriesCoverage('times', range, { ...FACTS, readAtMs, stale, dropped }, bounds);
        expect(entries[0]?.toMs).toBe(range.toMs);
        expect(entries.at(-1)?.fromMs).toBe(range.fromMs);
        for (const [index, entry] of entries.entries()) {
          expect(entry.fromMs).toBeLessThan(entry.toMs);
          if (index > 0) expect(entry.toMs).toBe(entries[index - 1]?.fromMs);
          if (entry.status === 'COMPLETE') expect([entry.dropped, entry.code]).toEqual([0, null]);
        }
      },
    ),
  );
});

test('an answer fills from the settle delay before it was read, or before now if that is earlier', () => {
  expect(fillingSince(NOW - 40, BOUNDS)).toBe(NOW - 140);
  expect(fillingSince(NOW + 40, BOUNDS)).toBe(NOW - 100);
});
