import { describe, expect, test } from 'vitest';
import { checkUsageFilter } from '../../../src/sources/usage/filter.ts';
import type { UsageFilter } from '../../../src/sources/usage/filter.ts';

describe('a usage filter', () => {
  test.each<[string, UsageFilter]>([
    ['filter.hub', { hub: 'a\ud800' }],
    ['filter.searchText', { searchText: '\udc00b' }],
    ['filter.elementKeys', { elementKeys: ['a', '\ud83d'] }],
    ['filter.tags', { tags: ['\udc00\ud800'] }],
  ])('with half a surrogate pair is refused by its argument: %s', (argument, filter) => {
    expect(() => checkUsageFilter(filter, 'filter')).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument } }),
    );
  });

  test('with a whole character of any plane is accepted', () => {
    expect(() => checkUsageFilter({ hub: '😀', tags: ['ü', '\u{10ffff}'] }, 'filter')).not.toThrow();
  });
});
