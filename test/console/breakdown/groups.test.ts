import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBuckets,
  findPeak,
  fitTop,
  readSorting,
  sortGroups,
  writeSorting,
} from '../../../src/console/pages/breakdown/groups.ts';
import type { Group, GroupBucket } from '../../../src/console/pages/breakdown/groups.ts';

const bucket = (
  at: number,
  count: number,
  failed: number | null = 0,
  p95: number | null = null,
): GroupBucket => ({
  fromMs: at,
  toMs: at + 1,
  count,
  failed,
  p95,
});
const group = (name: string | null, patch: Partial<Group> = {}): Group => ({
  key: [name],
  count: 1,
  failed: 0,
  p95: null,
  buckets: [],
  ...patch,
});
const names = (groups: readonly Group[]) => groups.map(({ key }) => key[0]);

describe('the groups of a break-down', () => {
  test('a figure sorts the largest first, a dimension begins at A, and a minus turns both', () => {
    const groups = [group('b', { count: 5 }), group('a', { count: 9 }), group('c', { count: 1 })];
    const sorted = (text?: string) => names(sortGroups(groups, readSorting(text, ['element'])));
    expect(sorted()).toEqual(['a', 'b', 'c']);
    expect(sorted('-count')).toEqual(['c', 'b', 'a']);
    expect(sorted('element')).toEqual(['a', 'b', 'c']);
    expect(sorted('-element')).toEqual(['c', 'b', 'a']);
  });

  test('what is not known comes last in either direction', () => {
    const groups = [group('x'), group('slow', { p95: 900 }), group('quick', { p95: 3 })];
    expect(names(sortGroups(groups, readSorting('p95', [])))).toEqual(['slow', 'quick', 'x']);
    expect(names(sortGroups(groups, readSorting('-p95', [])))).toEqual(['quick', 'slow', 'x']);
  });

  test('the slowest bucket sorts groups, not the time of the whole range', () => {
    const groups = [
      group('steady', { p95: 500, buckets: [bucket(0, 1, 0, 500), bucket(1, 1, 0, 500)] }),
      group('spiked', { p95: 90, buckets: [bucket(0, 1, 0, 80), bucket(1, 1, 0, 9_000)] }),
    ];
    expect(names(sortGroups(groups, readSorting('slowest', [])))).toEqual(['spiked', 'steady']);
  });

  test('what the address says of sorting is read as it was written', () => {
    const columns = fc.constantFrom(0, 1, 'count', 'failed', 'share', 'p95', 'slowest', 'worst' as const);
    fc.assert(
      fc.property(columns, fc.boolean(), (column, isDescending) => {
        const sorting = { column, isDescending } as ReturnType<typeof readSorting>;
        expect(readSorting(writeSorting(sorting, ['element', 'user']), ['element', 'user'])).toEqual(sorting);
      }),
    );
  });

  test('the peak is the first largest bucket, and no bucket of zeros is one', () => {
    expect(findPeak([bucket(0, 2), bucket(1, 7), bucket(2, 7)], 'count')).toEqual({ at: 1, value: 7 });
    expect(findPeak([bucket(0, 2)], 'failed')).toBeNull();
  });

  test('buckets of several values add up, and what no value knows stays unknown', () => {
    expect(addBuckets([[bucket(0, 2, 1)], [bucket(0, 3, 2)]])).toEqual([bucket(0, 5, 3)]);
    expect(addBuckets([[bucket(0, 2, null)], [bucket(0, 3, null)]])).toEqual([bucket(0, 5, null)]);
    expect(addBuckets([])).toEqual([]);
  });

  test('groups times buckets never pass what an answer holds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 50_000 }), (top, buckets) => {
        expect(fitTop(top, buckets)).toBeGreaterThanOrEqual(1);
        expect(fitTop(top, buckets)).toBeLessThanOrEqual(top);
        expect(fitTop(top, buckets) * buckets).toBeLessThanOrEqual(50_000);
      }),
    );
  });
});
