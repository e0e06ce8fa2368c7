import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONDITION, judge } from '../../../src/http/alerts/condition.ts';

const read = (written: unknown) => CONDITION.parse(written);
const groups = (...counts: readonly (number | null)[]) => ({
  breakdown: { groups: counts.map((count) => ({ count, of: 10 })) },
});
const PATH = 'breakdown.groups[].count';

describe('a condition', () => {
  test.each([
    [{ path: PATH, any: { gt: 10 } }, groups(3, 11, 4), { kind: 'holds', value: 11 }],
    [{ path: PATH, any: { gt: 10 } }, groups(3, 10), { kind: 'clear', value: null }],
    [{ path: PATH, any: { gt: 10 } }, groups(), { kind: 'clear', value: null }],
    [{ path: PATH, any: { gt: 10 } }, groups(3, null), { kind: 'empty' }],
    [{ path: PATH, any: { gt: 10 } }, groups(11, null), { kind: 'holds', value: 11 }],
    [{ path: PATH, all: { gte: 3 } }, groups(3, 4), { kind: 'holds', value: 3 }],
    [{ path: PATH, all: { gte: 3 } }, groups(), { kind: 'empty' }],
    [{ path: PATH, sum: { eq: 0 } }, groups(), { kind: 'holds', value: 0 }],
    [{ path: PATH, sum: { lte: 6 } }, groups(3, 4), { kind: 'clear', value: 7 }],
    [{ path: 'breakdown.groups[]', count: { ne: 2 } }, groups(3, 4), { kind: 'clear', value: 2 }],
    [{ path: PATH, max: { lt: 5 } }, groups(3, 4), { kind: 'holds', value: 4 }],
    [{ path: PATH, min: { lt: 3 } }, groups(3, 4), { kind: 'clear', value: 3 }],
    [{ path: PATH, max: { lt: 5 } }, groups(), { kind: 'empty' }],
    [
      { path: PATH, per: 'breakdown.groups[].of', any: { lt: 0.5 } },
      groups(8, 4),
      { kind: 'holds', value: 0.4 },
    ],
    [{ path: 'total.rate', lt: 0.95 }, { total: { rate: 0.9 } }, { kind: 'holds', value: 0.9 }],
    [{ path: 'total.rate', lt: 0.95 }, { total: { rate: null } }, { kind: 'empty' }],
    [{ path: 'total.rate', lt: 0.95, empty: 'ok' }, { total: null }, { kind: 'clear', value: null }],
    [{ path: 'total.rate', lt: 0.95, empty: 'firing' }, { total: null }, { kind: 'holds', value: null }],
  ])('%j of %j is %j', (written, data, verdict) => {
    expect(judge(read(written), data)).toEqual(verdict);
  });

  test.each([
    ['no comparison', { path: 'a.b' }],
    ['two comparisons', { path: 'a.b', gt: 1, lt: 2 }],
    ['two aggregates', { path: 'a[].b', any: { gt: 1 }, all: { gt: 1 } }],
    ['a comparison beside an aggregate', { path: 'a[].b', any: { gt: 1 }, lt: 1 }],
    ['an aggregate without a list', { path: 'a.b', any: { gt: 1 } }],
    ['a list without an aggregate', { path: 'a[].b', gt: 1 }],
    ['a divisor of other lists', { path: 'a[].b', per: 'c[].b', any: { gt: 1 } }],
    ['an unknown word', { path: 'a.b', gt: 1, script: 'x' }],
    ['an expression as its path', { path: 'a.b + 1', gt: 1 }],
  ])('with %s is refused', (_name, written) => {
    expect(CONDITION.safeParse(written).success).toBe(false);
  });

  test('of numbers is what an array says of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1 }),
        fc.integer({ min: -5, max: 5 }),
        (list, at) => {
          const kindOf = (aggregate: string) =>
            judge(read({ path: PATH, [aggregate]: { gt: at } }), groups(...list)).kind;
          const word = (holds: boolean) => (holds ? 'holds' : 'clear');
          expect(kindOf('any')).toBe(word(list.some((value) => value > at)));
          expect(kindOf('all')).toBe(word(list.every((value) => value > at)));
          expect(kindOf('max')).toBe(word(Math.max(...list) > at));
          expect(kindOf('min')).toBe(word(Math.min(...list) > at));
          expect(kindOf('sum')).toBe(word(list.reduce((sum, value) => sum + value, 0) > at));
        },
      ),
    );
  });
});
