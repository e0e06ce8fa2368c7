import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countFigure, sumRows } from '../../../../src/sources/usage/analytics/figures.ts';

const called = fc
  .tuple(
    fc.integer({ min: 1, max: 1_000 }),
    fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 3 }),
  )
  .map(([count, times]) => {
    const [min = 0, avg = 0, max = 0] = times.toSorted((a, b) => a - b);
    return { count, figure: { min, avg, max } };
  });
const empty = fc.constant({ count: 0, figure: null });

test('times without calls are null, never zeros', () => {
  expect(sumRows('times', [])).toBeNull();
  expect(sumRows('times', [{ count: 0, figure: null }])).toBeNull();
});

test('an average weighs each row by its calls, and lies between the least and the greatest', () => {
  expect(
    sumRows('times', [
      { count: 1, figure: { min: 10, max: 10, avg: 10 } },
      { count: 0, figure: null },
      { count: 3, figure: { min: 20, max: 60, avg: 30 } },
    ]),
  ).toEqual({ min: 10, max: 60, avg: 25 });
  fc.assert(
    fc.property(fc.array(fc.oneof(called, empty)), (rows) => {
      const total = sumRows('times', rows);
      const times = rows.flatMap(({ figure }) => figure ?? []);
      expect(total?.min ?? Infinity).toBe(Math.min(...times.map(({ min }) => min)));
      expect(total?.max ?? -Infinity).toBe(Math.max(...times.map(({ max }) => max)));
      if (total) expect(total.avg >= total.min && total.avg <= total.max).toBe(true);
    }),
  );
});

test('the average of one row stays as the vendor gave it', () => {
  fc.assert(
    fc.property(called, (row) => {
      expect(sumRows('times', [row])).toEqual(row.figure);
    }),
  );
});

test('elements are added by key, and the rows do not change', () => {
  const first = { count: 3, figure: new Map([['box', 3]]) };
  const second = {
    count: 3,
    figure: new Map([
      ['__proto__', 1],
      ['box', 2],
    ]),
  };
  expect([...sumRows('elements', [first, second])]).toEqual([
    ['box', 5],
    ['__proto__', 1],
  ]);
  expect(first.figure).toEqual(new Map([['box', 3]]));
  expect(sumRows('elements', [])).toEqual(new Map());
});

test('rows add up to the same sum in any grouping', () => {
  const rowsOf = fc.array(
    fc
      .tuple(fc.nat(1_000), fc.nat(1_000))
      .map(([success, failed]) => ({ count: null, figure: { success, failed } })),
  );
  fc.assert(
    fc.property(rowsOf, rowsOf, (a, b) => {
      const parts = [a, b].map((rows) => ({ count: null, figure: sumRows('statuses', rows) }));
      expect(sumRows('statuses', parts)).toEqual(sumRows('statuses', [...a, ...b]));
    }),
  );
});

test('a figure counts as many calls as its parts, and times count none', () => {
  expect(countFigure('activity', 7)).toBe(7);
  expect(countFigure('statuses', { success: 4, failed: 1 })).toBe(5);
  expect(
    countFigure(
      'elements',
      new Map([
        ['a', 4],
        ['count', 3],
      ]),
    ),
  ).toBe(7);
  expect(countFigure('times', { min: 1, max: 2, avg: 1.5 })).toBeNull();
});
