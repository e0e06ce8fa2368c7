import { describe, expect, test } from 'vitest';
import { coverBuckets, findRest, joinParts } from '../../../src/console/pages/breakdown/read-on.ts';
import type { ReadGroups } from '../../../src/console/pages/breakdown/read-on.ts';
import type { GroupBucket } from '../../../src/console/pages/breakdown/groups.ts';

const at = (hour: number) => new Date(hour * 1_000).toISOString();
const bucket = (hour: number, count: number, p95: number | null = null): GroupBucket => ({
  fromMs: hour * 1_000,
  toMs: (hour + 1) * 1_000,
  count,
  failed: 0,
  p95,
});
const span = (from: number, to: number, patch: object): ReadGroups['coverage'][number] => ({
  source: 'USAGE',
  operation: null,
  from: at(from),
  to: at(to),
  status: 'COMPLETE',
  code: null,
  reason: null,
  origin: 'VENDOR',
  asOf: at(999),
  scanned: 1,
  matched: 1,
  dropped: 0,
  ...patch,
});
const BOUND = { status: 'TRUNCATED', code: 'SCAN_LIMIT' };

/** Four hours of which the newer two and a half were read. */
const newer: ReadGroups = {
  groups: [
    {
      key: ['a'],
      count: 8,
      failed: 0,
      p95: 5,
      buckets: [0, 1, 2, 3].map((hour) => bucket(hour, hour && 2 + (hour > 1 ? 1 : 0), hour || null)),
    },
    {
      key: ['new'],
      count: 1,
      failed: 0,
      p95: 7,
      buckets: [bucket(0, 0), bucket(1, 0), bucket(2, 0), bucket(3, 1, 7)],
    },
  ],
  other: null,
  total: [bucket(0, 0), bucket(1, 2), bucket(2, 3), bucket(3, 4)],
  coverage: [span(1.5, 4, BOUND), span(0, 1.5, { ...BOUND, scanned: 0 })],
};
const older: ReadGroups = {
  groups: [
    { key: ['a'], count: 9, failed: 0, p95: 6, buckets: [bucket(0, 4, 40), bucket(1, 5, 50)] },
    { key: ['old'], count: 2, failed: 0, p95: 8, buckets: [bucket(0, 2, 8), bucket(1, 0)] },
  ],
  other: null,
  total: [bucket(0, 6), bucket(1, 5)],
  coverage: [span(0, 2, {})],
};

const LATE_MS = 120_000;

describe('a break-down that is read in parts', () => {
  test('the rest ends with the bucket that was read in part', () => {
    expect(findRest(newer)).toEqual({ fromMs: 0, toMs: 2_000 });
    expect(findRest(older)).toBeNull();
  });

  test('a bound between two buckets leaves no bucket in part', () => {
    const even = { ...newer, coverage: [span(2, 4, BOUND), span(0, 2, { ...BOUND, scanned: 0 })] };
    expect(findRest(even)).toEqual({ fromMs: 0, toMs: 2_000 });
  });

  test('there is no rest if a question reads less than one bucket, or if the source failed', () => {
    const one = { ...newer, total: [{ ...bucket(0, 9), toMs: 4_000 }] };
    expect(findRest(one)).toBeNull();
    expect(findRest({ ...newer, coverage: [span(0, 4, { status: 'FAILED', code: 'UPSTREAM' })] })).toBeNull();
  });

  test('each bucket is that of the part that read it whole, and counts are their sums', () => {
    const joined = joinParts(newer, older, { fromMs: 0, toMs: 2_000 }, LATE_MS);
    expect(joined.total.map(({ count }) => count)).toEqual([6, 5, 3, 4]);
    expect(
      joined.groups.map(({ key, count, buckets }) => [key[0], count, buckets.map(({ p95 }) => p95)]),
    ).toEqual([
      ['a', 15, [40, 50, 2, 3]],
      ['old', 2, [8, null, null, null]],
      ['new', 1, [null, null, null, 7]],
    ]);
  });

  test('the p95 of a group is not known from two parts, and stays known from one', () => {
    const { groups } = joinParts(newer, older, { fromMs: 0, toMs: 2_000 }, LATE_MS);
    expect(groups.map(({ p95 }) => p95)).toEqual([null, 8, 7]);
  });

  test('what both parts read is whole, and what neither read stays so', () => {
    const { coverage } = joinParts(newer, older, { fromMs: 0, toMs: 2_000 }, LATE_MS);
    expect(coverage.map(({ from, to, status }) => [from, to, status])).toEqual([
      [at(2), at(4), 'COMPLETE'],
      [at(0), at(2), 'COMPLETE'],
    ]);
    const still = { ...older, coverage: [span(1, 2, BOUND), span(0, 1, { ...BOUND, scanned: 0 })] };
    expect(findRest(joinParts(newer, still, { fromMs: 0, toMs: 2_000 }, LATE_MS))).toEqual({
      fromMs: 0,
      toMs: 1_000,
    });
  });

  test('what the vendor may still add to is not called whole', () => {
    const late = { ...newer, coverage: [span(1.5, 999, BOUND), span(0, 1.5, { ...BOUND, scanned: 0 })] };
    const { coverage } = joinParts(late, older, { fromMs: 0, toMs: 2_000 }, LATE_MS);
    expect(coverage.slice(0, 2).map(({ from, to, status }) => [from, to, status])).toEqual([
      [at(2), at(879), 'COMPLETE'],
      [at(879), at(999), 'FILLING'],
    ]);
  });

  test('a bucket that was read before the bound is not marked as read in part', () => {
    expect(coverBuckets(newer.coverage).map(({ from, to }) => [from, to])).toEqual([[at(0), at(1.5)]]);
  });
});
