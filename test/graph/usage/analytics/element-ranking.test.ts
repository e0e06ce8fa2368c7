import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createElementRanking } from '../../../../src/graph/usage/analytics/view.ts';

const TOTALS = new Map([
  ['box', 3],
  ['Zendesk', 7],
  ['adobe', 7],
  ['__proto__', 1],
]);

test('elements rank by calls, ties by code unit', () => {
  const rank = createElementRanking(TOTALS);
  expect(rank(null, null)).toEqual(['Zendesk', 'adobe', 'box', '__proto__']);
  expect(rank(2, null)).toEqual(['Zendesk', 'adobe']);
});

test('keys narrow, called or not, and none twice; an empty list matches nothing', () => {
  const rank = createElementRanking(TOTALS);
  expect(rank(null, ['box', 'never', 'adobe', 'box'])).toEqual(['adobe', 'box', 'never']);
  expect(rank(1, ['box', 'never'])).toEqual(['box']);
  expect(rank(null, [])).toEqual([]);
});

test('where the series failed there is nothing to rank', () => {
  expect(createElementRanking(null)(5, null)).toEqual([]);
});

test('the first so many are the beginning of all, whatever order the vendor named them in', () => {
  const totals = fc.dictionary(fc.string(), fc.nat(5)).map((counts) => Object.entries(counts));
  fc.assert(
    fc.property(totals, fc.integer({ min: 1, max: 9 }), (entries, top) => {
      const all = createElementRanking(new Map(entries))(null, null);
      expect(createElementRanking(new Map(entries.toReversed()))(top, null)).toEqual(all.slice(0, top));
    }),
  );
});
