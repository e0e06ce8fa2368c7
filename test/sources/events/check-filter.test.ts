import { describe, expect, test } from 'vitest';
import { checkEventFilter } from '../../../src/sources/events/filter.ts';
import type { EventFilter } from '../../../src/sources/events/filter.ts';

describe('an event filter', () => {
  test.each<[string, EventFilter]>([
    ['filter.category.eq', { category: { eq: 'a\ud800' } }],
    ['filter.action.in', { action: { in: ['a', '\udc00b'] } }],
    ['filter.username.startsWith', { username: { startsWith: '\ud83d' } }],
    ['filter.username.contains', { username: { contains: '\ud83d' } }],
    ['filter.searchText', { searchText: '\udc00\ud800' }],
    ['filter.not.not.action.eq', { not: { not: { action: { eq: '\ud800' } } } }],
  ])('with half a surrogate pair is refused by its argument: %s', (argument, filter) => {
    expect(() => checkEventFilter(filter, 'filter')).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument } }),
    );
  });

  test('with whole characters of any plane is accepted', () => {
    const filter: EventFilter = {
      category: { in: ['😀', 'a'] },
      username: { isNull: true },
      ipAddress: '10.0.0.1',
      searchText: '\u{10ffff}',
      not: {},
    };
    expect(() => checkEventFilter(filter, 'filter')).not.toThrow();
  });
});
