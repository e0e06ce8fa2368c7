import type { EventFilter, TimelineFilter, UsageRecordFilter } from '../generated/graphql.ts';
import { all, one } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { oneOf } from './chips.ts';
import type { FilterKey } from './chips.ts';
import { CALL_KEYS, prune, readCallFilter } from './call-filter.ts';
import { EVENT_KEYS, readEventFilter } from './event-filter.ts';

const SOURCES = ['calls', 'events'] as const;

const pick = (keys: readonly FilterKey[], names: readonly string[]): readonly FilterKey[] =>
  names.flatMap((name) => keys.find(({ key }) => key === name) ?? []);

/** What the timeline can be filtered by: address and user first, because they tell a story. */
export const TIMELINE_KEYS: readonly FilterKey[] = [
  ...pick(EVENT_KEYS, ['ip', 'user']),
  {
    key: 'source',
    label: 'Source',
    hint: 'calls or events',
    isMany: false,
    read: oneOf(SOURCES),
    values: SOURCES,
  },
  ...pick(CALL_KEYS, ['status', 'element', 'api', 'account']),
  ...pick(EVENT_KEYS, ['category', 'action']),
];

/** Why the calls of a user are not there: the vendor names users of calls by other ids. */
export const leavesCallsOut = (search: Search): boolean => all(search, 'user').length > 0;

/** The graph's filter of an address whose conditions have no faults. */
export function readTimelineFilter(search: Search): TimelineFilter {
  const source = leavesCallsOut(search) ? 'events' : one(search, 'source');
  const usage = readCallFilter(keep(search, ['status', 'element', 'api', 'account']));
  const events = readEventFilter(keep(search, ['category', 'action', 'user']));
  return prune<TimelineFilter>({
    sources: source === undefined ? undefined : [source === 'calls' ? 'USAGE' : 'EVENTS'],
    ipAddress: one(search, 'ip'),
    usage: orNothing<UsageRecordFilter>(usage),
    events: orNothing<EventFilter>(events),
  });
}

function keep(search: Search, keys: readonly string[]): Search {
  return Object.fromEntries(keys.map((key) => [key, search[key]]));
}

const orNothing = <Filter extends object>(filter: Filter): Filter | undefined =>
  Object.keys(filter).length > 0 ? filter : undefined;
