import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeOf, compareStretches, isNew } from '../../../src/console/pages/breakdown/compare-stretches.ts';
import type { Comparison, Stretch } from '../../../src/console/pages/breakdown/compare-stretches.ts';

const HOUR = 3_600_000;

const stretch = (values: Readonly<Record<string, number>>, patch: Partial<Stretch> = {}): Stretch => ({
  fromMs: HOUR,
  toMs: 2 * HOUR,
  total: Object.values(values).reduce((sum, count) => sum + count, 0),
  counted: [
    {
      dimension: 'element',
      isCut: false,
      values: Object.entries(values).map(([value, count]) => ({ value, count })),
    },
  ],
  statuses: ['COMPLETE'],
  ...patch,
});

const before = (values: Readonly<Record<string, number>>, patch: Partial<Stretch> = {}): Stretch =>
  stretch(values, { fromMs: 0, toMs: HOUR, ...patch });

function compared(comparison: Comparison): Extract<Comparison, { kind: 'compared' }> {
  if (comparison.kind !== 'compared') throw new Error(comparison.words);
  return comparison;
}

const counts = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  fc.integer({ min: 1, max: 10_000 }),
  { minKeys: 1 },
);

describe('why a stretch differs from the one before', () => {
  test('the value that changed most comes first, with its counts and shares on both sides', () => {
    const { dimensions } = compared(
      compareStretches(stretch({ sfdc: 60, box: 40 }), before({ sfdc: 10, box: 80, zoho: 10 })),
    );
    expect(dimensions[0]?.changes).toMatchObject([
      { value: 'sfdc', count: 60, countBefore: 10, share: 0.6, shareBefore: 0.1 },
      { value: 'box', count: 40, countBefore: 80, share: 0.4, shareBefore: 0.8 },
      { value: 'zoho', count: 0, countBefore: 10, share: 0, shareBefore: 0.1 },
    ]);
  });

  test('a value that is new comes before a larger one that chance moved by more', () => {
    const { dimensions } = compared(
      compareStretches(stretch({ 403: 19, 504: 59, 404: 416 }), before({ 504: 75, 404: 395 })),
    );
    const changes = dimensions[0]?.changes ?? [];
    expect(changes.map(({ value }) => value)).toEqual(['403', '504', '404']);
    expect(changes.map((change) => Math.abs(changeOf(change)))).toEqual([
      expect.closeTo(0.0385, 4),
      expect.closeTo(0.0401, 4),
      expect.closeTo(0.0017, 4),
    ]);
  });

  test('of two changes of the same size growth comes first', () => {
    const { dimensions } = compared(compareStretches(stretch({ b: 60, a: 40 }), before({ b: 40, a: 60 })));
    expect(dimensions[0]?.changes.map(({ value }) => value)).toEqual(['b', 'a']);
  });

  test('a value is new if others were there before, and it was not', () => {
    const changesOf = (earlier: Record<string, number>) =>
      compared(compareStretches(stretch({ a: 5, b: 5 }), before(earlier))).dimensions[0]?.changes ?? [];
    expect(changesOf({ a: 5, c: 5 }).map((change) => [change.value, isNew(change)])).toEqual(
      expect.arrayContaining([
        ['a', false],
        ['b', true],
        ['c', false],
      ]),
    );
    expect(changesOf({}).some(isNew)).toBe(false);
  });

  test('the dimension with the strongest change comes first', () => {
    const values = (counted: Stretch['counted']) => ({ counted });
    const flat = { dimension: 'method', isCut: false, values: [{ value: 'GET', count: 10 }] };
    const moved = (value: string) => ({ dimension: 'user', isCut: false, values: [{ value, count: 10 }] });
    const { dimensions } = compared(
      compareStretches(
        stretch({ a: 10 }, values([flat, moved('one')])),
        before({ a: 10 }, values([flat, moved('other')])),
      ),
    );
    expect(dimensions.map(({ dimension }) => dimension)).toEqual(['user', 'method']);
  });

  test('shares of a stretch add up to one', () => {
    fc.assert(
      fc.property(counts, counts, (now, earlier) => {
        const [dimension] = compared(compareStretches(stretch(now), before(earlier))).dimensions;
        const sum = (pick: 'share' | 'shareBefore') =>
          (dimension?.changes ?? []).reduce((total, change) => total + (change[pick] ?? 0), 0);
        expect(sum('share')).toBeCloseTo(1, 9);
        expect(sum('shareBefore')).toBeCloseTo(1, 9);
      }),
    );
  });

  test('changes never get stronger along the list, and together they are nothing', () => {
    fc.assert(
      fc.property(counts, counts, (now, earlier) => {
        const changes =
          compared(compareStretches(stretch(now), before(earlier))).dimensions[0]?.changes ?? [];
        const strengths = changes.map(({ strength }) => strength);
        for (const [at, strength] of strengths.slice(1).entries())
          expect(strength).toBeLessThan((strengths[at] ?? 0) + 1e-5);
        expect(changes.reduce((sum, change) => sum + changeOf(change), 0)).toBeCloseTo(0, 9);
      }),
    );
  });

  test('the order in which values were counted changes nothing', () => {
    fc.assert(
      fc.property(counts, counts, (now, earlier) => {
        const turned = (values: Record<string, number>) =>
          Object.fromEntries(Object.entries(values).toReversed());
        expect(compareStretches(stretch(turned(now)), before(turned(earlier)))).toEqual(
          compareStretches(stretch(now), before(earlier)),
        );
      }),
    );
  });

  test.each(['TRUNCATED', 'EXPIRED', 'FAILED', 'STALE'])(
    'it is refused if a span of either side is %s',
    (status) => {
      const part = { statuses: ['COMPLETE', status] };
      const [now, earlier] = [stretch({ a: 1 }), before({ a: 1 })];
      expect(compareStretches(stretch({ a: 1 }, part), earlier)).toMatchObject({
        kind: 'refused',
        words: expect.stringMatching(/^The stretch was not read whole/),
      });
      expect(compareStretches(now, before({ a: 1 }, part))).toMatchObject({
        kind: 'refused',
        words: expect.stringMatching(/^The stretch before was not read whole/),
      });
      expect(compareStretches(stretch({ a: 1 }, part), before({ a: 1 }, part))).toMatchObject({
        kind: 'refused',
        words: expect.stringMatching(/^Neither stretch was read whole/),
      });
    },
  );

  test('it is refused if nothing says that a side was read', () => {
    expect(compareStretches(stretch({ a: 1 }, { statuses: [] }), before({ a: 1 })).kind).toBe('refused');
  });

  test('a filling side is whole, and it is said', () => {
    const filling = stretch({ a: 1 }, { statuses: ['FILLING', 'COMPLETE'] });
    expect(compareStretches(filling, before({ a: 1 }))).toMatchObject({ kind: 'compared', isFilling: true });
    expect(compareStretches(stretch({ a: 1 }), before({ a: 1 }))).toMatchObject({ isFilling: false });
  });

  test('it is refused if the stretches are not equally long, and if both are empty', () => {
    expect(compareStretches(stretch({ a: 1 }, { toMs: 2 * HOUR - 1 }), before({ a: 1 }))).toMatchObject({
      words: expect.stringContaining('not equally long'),
    });
    expect(compareStretches(stretch({}), before({}))).toMatchObject({ kind: 'refused' });
  });

  test('a side without rows has no shares', () => {
    const { dimensions } = compared(compareStretches(stretch({ a: 2 }), before({})));
    expect(dimensions[0]?.changes).toEqual([
      { value: 'a', count: 2, countBefore: 0, share: 1, shareBefore: null, strength: 0 },
    ]);
  });

  test('a dimension with too many values on one side is not compared', () => {
    const cut = { counted: [{ dimension: 'element', isCut: true, values: [{ value: 'a', count: 5 }] }] };
    const { dimensions } = compared(compareStretches(stretch({ a: 9 }), before({ a: 9 }, cut)));
    expect(dimensions).toEqual([{ dimension: 'element', isCut: true, changes: [] }]);
  });
});
