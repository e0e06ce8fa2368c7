import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createElementRanking } from '../../../../src/graph/usage/analytics/view.ts';

const TOTALS = new Map([
  ['box', 3],
  ['Zendesk', 7],
  ['adobe', 7],
  ['__proto__', 1],
]);

test('elements are ranked by calls, ties by code unit', () => {
  const rank = createElementRanking(TOTALS);
  expect(rank(null, null)).toEqual(['Zendesk', 'adobe', 'box', '__proto__']);
  expect(rank(2, null)).toEqual(['Zendesk', 'adobe']);
});

test('keys lists only these elements, called or not, each once; an empty list matches nothing', () => {
  const rank = createElementRanking(TOTALS);
  expect(rank(null, ['box', 'never', 'adobe', 'box'])).toEqual(['adobe', 'box', 'never']);
  expect(rank(1, ['box', 'never'])).toEqual(['box']);
  expect(rank(null, [])).toEqual([]);
});

test('there is nothing to rank if the series failed', () => {
  expect(createElementRanking(null)(5, null)).toEqual([]);
});

test('top returns the start of the full ranking, in whatever order the vendor lists the elements', () => {
  const totals = fc.dictionary(fc.string(), fc.nat(5)).map((counts) => Object.entries(counts));
  fc.assert(
    fc.property(totals, fc.integer({ min: 1, max: 9 }), (entries, top) => {
      const all = createElementRanking(new Map(entries))(null, null);
      expect(createElementRanking(new Map(entries.toReversed()))(top, null)).toEqual(all.slice(0, top));
    }),
  );
});
