import type { EventFilter, StringFilter } from '../generated/graphql.ts';
import { all, one } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { readAddress, text } from './chips.ts';
import type { FilterKey } from './chips.ts';
import { prune } from './call-filter.ts';

const EXCLUDED = ['category', 'action', 'user', 'ip'];

/** What the list of events can be filtered by. */
export const EVENT_KEYS: readonly FilterKey[] = [
  { key: 'category', label: 'Category', hint: 'a category', isMany: true, read: text },
  { key: 'action', label: 'Action', hint: 'an action', isMany: true, read: text },
  { key: 'user', label: 'User', hint: 'the name of a user', isMany: true, read: text, needs: 'pii:read' },
  {
    key: 'ip',
    label: 'Address',
    hint: 'an address or a block such as 10.0.0.0/8',
    isMany: false,
    read: readAddress,
    needs: 'pii:read',
  },
  { key: 'q', label: 'Text', hint: 'text of the description', isMany: false, read: text, needs: 'pii:read' },
  {
    key: 'not',
    label: 'Not',
    hint: 'a condition to exclude, such as action:user-logout, of one key only',
    isMany: true,
    read: readExcluded,
  },
];

function readExcluded(value: string): string | null {
  const [, key = '', rest = ''] = /^(\w+):(.+)$/s.exec(value.trim()) ?? [];
  if (!EXCLUDED.includes(key)) return null;
  const excluded = key === 'ip' ? readAddress(rest) : text(rest);
  return excluded === null ? null : `${key}:${excluded}`;
}

/** Several excluded keys can't be asked for together: the graph's `not` excludes what meets all of its conditions. */
export function findExclusionFault(search: Search): string | null {
  const keys = new Set(all(search, 'not').map((value) => value.split(':')[0]));
  const addresses = all(search, 'not').filter((value) => value.startsWith('ip:'));
  if (keys.size > 1)
    return `Only one key can be excluded at a time, not ${[...keys].join(' and ')}. Remove one.`;
  return addresses.length > 1 ? 'Only one address can be excluded at a time. Remove the others.' : null;
}

/** The graph's filter of an address whose conditions have no faults. */
export function readEventFilter(search: Search): EventFilter {
  const [excluded] = all(search, 'not');
  const key = excluded?.split(':')[0];
  const values = all(search, 'not').map((value) => value.slice(value.indexOf(':') + 1));
  return prune<EventFilter>({
    category: anyOf(all(search, 'category')),
    action: anyOf(all(search, 'action')),
    username: anyOf(all(search, 'user')),
    ipAddress: one(search, 'ip'),
    searchText: one(search, 'q'),
    not:
      key === undefined
        ? undefined
        : prune<EventFilter>({
            category: key === 'category' ? anyOf(values) : undefined,
            action: key === 'action' ? anyOf(values) : undefined,
            username: key === 'user' ? anyOf(values) : undefined,
            ipAddress: key === 'ip' ? values[0] : undefined,
          }),
  });
}

export function anyOf(values: readonly string[]): StringFilter | undefined {
  const [value] = values;
  if (value === undefined) return undefined;
  return values.length === 1 ? { eq: value } : { in: [...values] };
}
