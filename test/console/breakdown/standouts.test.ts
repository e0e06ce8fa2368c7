import { describe, expect, test } from 'vitest';
import type { Group } from '../../../src/console/pages/breakdown/groups.ts';
import { findSlow } from '../../../src/console/pages/breakdown/standouts.ts';

const group = (name: string, days: readonly (readonly [count: number, p95: number | null])[]): Group => ({
  key: [name],
  count: 0,
  failed: 0,
  p95: null,
  buckets: days.map(([count, p95], at) => ({ fromMs: at, toMs: at + 1, count, failed: 0, p95 })),
});
const all = () => true;

describe('what is slower than usual', () => {
  test('a group that is always slow does not stand out, and one that is usually quick does', () => {
    const always = group('slow', [
      [90, 4_000],
      [90, 4_100],
      [90, 4_200],
    ]);
    const once = group('quick', [
      [90, 100],
      [90, 110],
      [90, 420],
    ]);
    expect(findSlow([always, once], all)).toEqual([
      { key: ['quick'], fromMs: 2, toMs: 3, p95: 420, usual: 105, times: 4 },
    ]);
  });

  test('the largest rise comes first', () => {
    const twice = group('a', [
      [20, 100],
      [20, 200],
      [20, 100],
    ]);
    const thrice = group('b', [
      [20, 100],
      [20, 300],
      [20, 100],
    ]);
    expect(findSlow([twice, thrice], all).map(({ key }) => key[0])).toEqual(['b', 'a']);
  });

  test('buckets of few calls, without times or not wholly read count neither as slow nor as usual', () => {
    const days = group('a', [
      [19, 9_000],
      [50, null],
      [50, 100],
      [50, 100],
      [50, 800],
    ]);
    expect(findSlow([days], ({ fromMs }) => fromMs !== 4)).toEqual([]);
    expect(findSlow([days], all)).toMatchObject([{ fromMs: 4, usual: 100 }]);
    expect(
      findSlow(
        [
          group('b', [
            [50, 100],
            [50, 900],
          ]),
        ],
        all,
      ),
    ).toEqual([]);
  });
});
