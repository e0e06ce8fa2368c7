import { describe, expect, test } from 'vitest';
import type { Group } from '../../../src/console/pages/breakdown/groups.ts';
import { findSlow } from '../../../src/console/pages/breakdown/standouts.ts';

const group = (
  name: string | null,
  days: readonly (readonly [count: number, p95: number | null])[],
): Group => ({
  key: [name],
  count: 0,
  failed: 0,
  p95: null,
  buckets: days.map(([count, p95], at) => ({ fromMs: at, toMs: at + 1, count, failed: 0, p95 })),
});
const days = (...times: readonly number[]) => times.map((p95) => [100, p95] as const);
const all = () => true;
const names = ({ standouts }: ReturnType<typeof findSlow>) => standouts.map(({ key }) => key[0]);

describe('what is slower than usual', () => {
  test('a group that is always slow does not stand out, and one that is usually quick does', () => {
    const groups = [
      group('slow', days(4_000, 4_100, 4_200, 4_300)),
      group('quick', days(100, 110, 420, 120)),
    ];
    expect(findSlow(groups, all)).toEqual({
      standouts: [{ key: ['quick'], fromMs: 2, toMs: 3, count: 100, p95: 420, usual: 110, times: 420 / 110 }],
      judged: 2,
      unjudged: 0,
    });
  });

  test('the largest rise comes first', () => {
    const groups = [group('a', days(100, 200, 100, 100)), group('b', days(100, 300, 100, 100))];
    expect(names(findSlow(groups, all))).toEqual(['b', 'a']);
  });

  test('a bucket of fewer than 100 calls is not slow, because two or three calls make its p95', () => {
    const rare = group('sageone', [[47, 9_199], ...days(2_241, 1_475, 1_451, 1_405, 1_273)]);
    const often = group('netsuiteerpv2', days(3_111, 3_230, 4_143, 3_733, 12_176, 3_844));
    expect(names(findSlow([rare, often], all))).toEqual(['netsuiteerpv2', 'sageone']);
    expect(findSlow([rare], all).standouts).toMatchObject([{ p95: 2_241, count: 100 }]);
  });

  test('buckets of few calls, without times or not whole count neither as slow nor as usual', () => {
    const mixed = group('a', [[99, 9_000], [100, null], ...days(100, 100, 800, 100)]);
    expect(findSlow([mixed], all).standouts).toMatchObject([{ fromMs: 4, usual: 100 }]);
    expect(findSlow([mixed], ({ fromMs }) => fromMs !== 4)).toEqual({
      standouts: [],
      judged: 0,
      unjudged: 1,
    });
  });

  test('a group with fewer than three other buckets is not judged', () => {
    expect(findSlow([group('a', days(100, 100, 900))], all)).toMatchObject({ judged: 0, unjudged: 1 });
    expect(findSlow([group('a', days(100, 100, 100, 900))], all)).toMatchObject({ judged: 1, unjudged: 0 });
  });

  test('rows without a value are no group', () => {
    expect(findSlow([group(null, days(100, 100, 100, 900))], all)).toEqual({
      standouts: [],
      judged: 0,
      unjudged: 0,
    });
  });
});
