import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdFiles } from '../../../../src/sources/paging/held-files.ts';
import { fillingSince, listSeriesCoverage } from '../../../../src/sources/usage/analytics/coverage.ts';
import type { CoverageBounds, SeriesFacts } from '../../../../src/sources/usage/analytics/coverage.ts';

const NOW = 1_000_000;
const BOUNDS = { nowMs: NOW, settleMs: 100, retentionMs: 500_000 };
const WHOLE = { fromMs: 0, toMs: NOW };
const FRESH = { ...WHOLE, readAtMs: NOW, stale: false, origin: 'VENDOR' } as const;
const FACTS: SeriesFacts = {
  spans: [FRESH],
  skipped: 0,
  unequalRows: [],
  unequalBuckets: [],
  lackingBuckets: [],
  cutRows: [],
  hasInexactSum: false,
};

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

test('a part that is expired and filling is reported as expired', () => {
  expect(statusesOf(WHOLE, {}, { retentionMs: 50 })).toEqual([
    ['FILLING', 999_950, NOW],
    ['EXPIRED', 0, 999_950],
  ]);
});

test('each span has the time of its own reading, and only an earlier answer is STALE', () => {
  const spans = [
    { fromMs: 0, toMs: 900_000, readAtMs: 950_000, stale: false, origin: 'VENDOR' },
    { fromMs: 900_000, toMs: NOW, readAtMs: 999_000, stale: true, origin: 'CACHE' },
  ] as const;
  const entries = listSeriesCoverage('times', { fromMs: 600_000, toMs: NOW }, { ...FACTS, spans }, BOUNDS);
  expect(
    entries.map(({ status, fromMs, toMs, asOfMs, code }) => [status, fromMs, toMs, asOfMs, code]),
  ).toEqual([
    ['STALE', 900_000, NOW, 999_000, 'UPSTREAM'],
    ['COMPLETE', 600_000, 900_000, 950_000, null],
  ]);
});

test('a span tells whether it came from the vendor or a cache, and only spans of one origin are joined', () => {
  const spans = [
    { fromMs: 0, toMs: 100, readAtMs: NOW, stale: false, origin: 'CACHE' },
    { fromMs: 100, toMs: 200, readAtMs: 999_000, stale: false, origin: 'CACHE' },
    { fromMs: 200, toMs: 300, readAtMs: NOW, stale: false, origin: 'VENDOR' },
    { fromMs: 300, toMs: 400, readAtMs: NOW, stale: true, origin: 'CACHE' },
  ] as const;
  const range = { fromMs: 0, toMs: 400 };
  const originsOf = (facts: Partial<SeriesFacts> = {}, more: Partial<CoverageBounds> = {}) =>
    listSeriesCoverage(
      'times',
      range,
      { ...FACTS, spans, ...facts },
      { ...BOUNDS, retentionMs: null, ...more },
    ).map(({ origin, fromMs, toMs }) => [origin, fromMs, toMs]);
  expect(originsOf()).toEqual([
    ['CACHE', 300, 400],
    ['VENDOR', 200, 300],
    ['CACHE', 0, 200],
  ]);
  expect(originsOf({ skipped: 1 })).toEqual([['VENDOR', 0, 400]]);
  expect(originsOf({ skipped: 1, spans: spans.filter(({ origin }) => origin === 'CACHE') })).toEqual([
    ['CACHE', 0, 400],
  ]);
  const files = holdFiles([{ firstMs: 0, lastMs: NOW }], 0);
  expect(originsOf({ spans: [{ ...FRESH }] }, { files })).toEqual([['FILE', 0, 400]]);
});

test('a series that failed was read nowhere', () => {
  const failure = { code: 'UPSTREAM', reason: 'It is down.' } as const;
  expect(listSeriesCoverage('times', WHOLE, failure, BOUNDS)).toMatchObject([
    { origin: 'NONE', asOfMs: null },
  ]);
});

test('skipped rows are reported first, with the time of the earliest reading', () => {
  const spans = [
    { fromMs: 0, toMs: 7, readAtMs: 100_000, stale: false, origin: 'VENDOR' },
    { fromMs: 7, toMs: NOW, readAtMs: NOW, stale: false, origin: 'CACHE' },
  ] as const;
  const entries = listSeriesCoverage('times', WHOLE, { ...FACTS, spans, skipped: 2 }, BOUNDS);
  expect(entries).toMatchObject([
    {
      status: 'TRUNCATED',
      ...WHOLE,
      dropped: 2,
      asOfMs: 100_000,
      code: 'ROWS_DROPPED',
      operation: '/usage/analytics/times',
    },
  ]);
});

test('an inexact figure is TRUNCATED, and the reason names what the series lacks: rows, sums, or both', () => {
  const reported = (facts: Partial<SeriesFacts>) =>
    listSeriesCoverage('activity', WHOLE, { ...FACTS, ...facts }, BOUNDS).map(({ code, reason }) => [
      code,
      reason,
    ]);
  const rows = 'Rows are missing: they could not be parsed, or the vendor left them out.';
  const sums = 'Sums above 2^53 − 1 cannot be exact, so they are null.';
  expect(reported({ skipped: 1 })).toEqual([['ROWS_DROPPED', rows]]);
  expect(reported({ hasInexactSum: true })).toEqual([['UPSTREAM', sums]]);
  expect(reported({ skipped: 1, hasInexactSum: true })).toEqual([['ROWS_DROPPED', `${rows} ${sums}`]]);
});

test('a span outside of the range does not count as a reading of it', () => {
  const range = { fromMs: 200_000, toMs: 300_000 };
  const spans = [
    { fromMs: 0, toMs: 200_000, readAtMs: 1, stale: false, origin: 'VENDOR' },
    { ...range, readAtMs: 900_000, stale: false, origin: 'VENDOR' },
    { fromMs: 300_000, toMs: NOW, readAtMs: 2, stale: false, origin: 'VENDOR' },
  ] as const;
  const [entry] = listSeriesCoverage('times', range, { ...FACTS, spans, skipped: 1 }, BOUNDS);
  expect(entry?.asOfMs).toBe(900_000);
});

test('a contradiction at the edge of two spans is reported in the later one alone', () => {
  const edge = NOW - BOUNDS.retentionMs;
  const entries = listSeriesCoverage('statuses', WHOLE, { ...FACTS, unequalRows: [edge] }, BOUNDS);
  expect(
    entries.map(({ status, reason }) => [status, reason?.includes('in 1 of its rows') ?? false]),
  ).toEqual([
    ['FILLING', false],
    ['COMPLETE', true],
    ['EXPIRED', false],
  ]);
});

test('a contradiction is reported in the span that holds it', () => {
  const facts = { ...FACTS, unequalRows: [10, 600_000, 600_001], unequalBuckets: [600_000] };
  const entries = listSeriesCoverage('statuses', WHOLE, facts, BOUNDS);
  expect(entries.map(({ reason }) => reason)).toEqual([
    null,
    "The vendor contradicts itself: in 2 of its rows the parts do not add up to 'count'. The vendor contradicts itself: 1 buckets do not add up to /usage/analytics/activity.",
    "Older than the vendor keeps data. The vendor contradicts itself: in 1 of its rows the parts do not add up to 'count'.",
  ]);
});

test('spans are disjoint, newest first, and make up the range; COMPLETE means that no row was skipped', () => {
  const moment = fc.nat(NOW);
  const reading = fc.record({ atMs: fc.nat(NOW - 1), readAtMs: moment, stale: fc.boolean() });
  fc.assert(
    fc.property(
      fc.nat(NOW - 1),
      fc.integer({ min: 1, max: NOW }),
      fc.uniqueArray(reading, { selector: ({ atMs }) => atMs, maxLength: 4 }),
      moment,
      fc.option(moment),
      fc.nat(1),
      (fromMs, length, readings, settleMs, retentionMs, skipped) => {
        const range = { fromMs, toMs: fromMs + length };
        const bounds = { nowMs: NOW, settleMs, retentionMs };
        const begins = [{ ...FRESH, atMs: -1 }, ...readings.toSorted((a, b) => a.atMs - b.atMs)];
        const spans = begins.map(({ atMs, readAtMs, stale }, index) => {
          const toMs = begins[index + 1]?.atMs ?? 2 * NOW;
          return { fromMs: atMs, toMs, readAtMs, stale, origin: 'VENDOR' as const };
        });
        const entries = listSeriesCoverage('times', range, { ...FACTS, spans, skipped }, bounds);
        expect(entries[0]?.toMs).toBe(range.toMs);
        expect(entries.at(-1)?.fromMs).toBe(range.fromMs);
        for (const [index, entry] of entries.entries()) {
          expect(entry.fromMs).toBeLessThan(entry.toMs);
          if (index > 0) expect(entry.toMs).toBe(entries[index - 1]?.fromMs);
          if (entry.status === 'COMPLETE') {
            expect([entry.dropped, entry.code]).toEqual([0, null]);
            expect(entry.toMs).toBeLessThanOrEqual(Math.min(entry.asOfMs ?? 0, NOW) - settleMs);
          }
        }
      },
    ),
  );
});

test('a reading fills from the settle delay before it was read, or before now if that is earlier', () => {
  const since = (readAtMs: number, range = WHOLE) => fillingSince([{ ...range, readAtMs }], BOUNDS);
  expect(since(NOW - 40)).toBe(NOW - 140);
  expect(since(NOW + 40)).toBe(NOW - 100);
  expect(since(NOW, { fromMs: NOW - 60, toMs: NOW })).toBe(NOW - 60);
});

test('a span that had settled before its reading is not filling, however old the reading is', () => {
  const settled = { fromMs: 0, toMs: 1_000, readAtMs: 1_100, stale: false, origin: 'VENDOR' };
  expect(fillingSince([settled], BOUNDS)).toBe(Infinity);
  expect(fillingSince([{ ...settled, readAtMs: 1_099 }], BOUNDS)).toBe(999);
  expect(fillingSince([settled, { ...FRESH, fromMs: 1_000 }], BOUNDS)).toBe(NOW - 100);
});

test('over files a series has the coverage of a list: not COMPLETE outside of them, and every unreadable row counts', () => {
  const files = holdFiles([{ firstMs: 300_000, lastMs: 599_999 }], 0);
  const over = (unreadable: number) =>
    listSeriesCoverage('times', WHOLE, FACTS, {
      ...BOUNDS,
      settleMs: 0,
      retentionMs: null,
      files: { ...files, unreadable },
    }).map(({ status, fromMs, toMs, dropped }) => [status, fromMs, toMs, dropped]);
  expect(over(0)).toEqual([
    ['FILLING', 600_000, NOW, 0],
    ['COMPLETE', 300_000, 600_000, 0],
    ['EXPIRED', 0, 300_000, 0],
  ]);
  expect(over(2)[1]).toEqual(['TRUNCATED', 300_000, 600_000, 2]);
  // Skipped rows belong to no known part, so they count once.
  const skipped = listSeriesCoverage('times', WHOLE, { ...FACTS, skipped: 1 }, { ...BOUNDS, files });
  expect(skipped.map((entry) => [entry.status, entry.dropped])).toEqual([['TRUNCATED', 1]]);
  expect(fillingSince([FRESH], { ...BOUNDS, settleMs: 0, files })).toBe(600_000);
});

test('a series that has failed is FAILED over the whole range, whatever files hold of it', () => {
  const files = holdFiles([{ firstMs: 300_000, lastMs: 599_999 }], 2);
  const failure = { code: 'UPSTREAM', reason: 'No answer in time.' } as const;
  expect(listSeriesCoverage('times', WHOLE, failure, { ...BOUNDS, files })).toMatchObject([
    { ...WHOLE, ...failure, status: 'FAILED', dropped: 0 },
  ]);
});
