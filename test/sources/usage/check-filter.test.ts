import { describe, expect, test } from 'vitest';
import { checkUsageFilter } from '../../../src/sources/usage/filter.ts';
import type { UsageFilter } from '../../../src/sources/usage/filter.ts';

describe('a usage filter', () => {
  test.each<[string, UsageFilter]>([
    ['filter.hub', { hub: 'a\ud800' }],
    ['filter.searchText', { searchText: '\udc00b' }],
    ['filter.elementKeys', { elementKeys: ['a', '\ud83d'] }],
    ['filter.tags', { tags: ['\udc00\ud800'] }],
    ['filter.elementApis', { elementApis: ['\ud800'] }],
  ])('with half a surrogate pair is refused by its argument: %s', (argument, filter) => {
    expect(() => checkUsageFilter(filter, 'filter')).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument } }),
    );
  });

  const LISTS = ['elementKeys', 'tags', 'elementApis', 'userIds', 'accountIds', 'instanceIds'] as const;
  test.each(LISTS)('with a value in %s that the vendor could not have is refused by its argument', (part) => {
    const values = (count: number) => Array.from({ length: count }, (_, at) => String(at));
    for (const refused of [[''], ['a\n'], ['x'.repeat(257)], values(51)])
      expect(() => checkUsageFilter({ [part]: refused }, 'filter')).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument: `filter.${part}` } }),
      );
    expect(() => checkUsageFilter({ [part]: values(50) }, 'filter')).not.toThrow();
  });

  test.each(['responseStatus', 'processTime'] as const)(
    'with %s without a bound is refused by it',
    (part) => {
      expect(() => checkUsageFilter({ [part]: {} }, 'filter.usage')).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument: `filter.usage.${part}` } }),
      );
      for (const range of [{ gte: 0 }, { lt: 0 }, { gte: 2, lt: 1 }])
        expect(() => checkUsageFilter({ [part]: range }, 'filter')).not.toThrow();
    },
  );

  test('with a whole character of any plane is accepted', () => {
    expect(() => checkUsageFilter({ hub: '😀', tags: ['ü', '\u{10ffff}'] }, 'filter')).not.toThrow();
  });
});
