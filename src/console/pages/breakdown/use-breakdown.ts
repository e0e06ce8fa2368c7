import { readFragment } from '../../generated/fragment-masking.ts';
import type { CallBreakdownQuery, EventGroupsQuery } from '../../generated/graphql.ts';
import { readCallFilter } from '../../lists/call-filter.ts';
import { readEventFilter } from '../../lists/event-filter.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import type { PanelAnswer } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { one } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { CALL_DIMENSIONS, chooseDimensions, EVENT_DIMENSIONS } from './dimensions.ts';
import type { BrokenDown } from './dimensions.ts';
import { CALL_BREAKDOWN, EVENT_BREAKDOWN } from './documents.ts';
import { fitTop } from './groups.ts';
import { readCallGroups, readEventGroups } from './read-groups.ts';
import type { ReadGroups } from './read-on.ts';
import { useReadOn } from './use-read-on.ts';
import type { ReadingOn } from './use-read-on.ts';

/** How many groups a table can show. */
export const TOPS = [10, 20, 50, 100] as const;
const LENGTHS = { SECOND: 1e3, MINUTE: 6e4, HOUR: 36e5, DAY: 864e5, WEEK: 6048e5, MONTH: 2592e6 } as const;

export const readTop = (search: Search): number =>
  TOPS.find((top) => String(top) === one(search, 'top')) ?? 20;

export interface Breakdown extends ReadingOn {
  readonly answer: PanelAnswer<ReadGroups | null>;
}

/** Asks for the groups that the address names, and reads on behind the bound of one question if the reader wants it. */
export function useBreakdown(source: BrokenDown, search: Search, pause: boolean): Breakdown {
  const { range, interval, timeZone, span } = useRange();
  const top = fitTop(readTop(search), Math.ceil((span.toMs - span.fromMs) / LENGTHS[interval]) + 2);
  const shared = { range, interval, timeZone, top };
  const callVariables = {
    ...shared,
    by: chooseDimensions(CALL_DIMENSIONS, search).map(({ name }) => name),
    filter: readCallFilter(search),
  };
  const eventDimensions = chooseDimensions(EVENT_DIMENSIONS, search);
  const eventVariables = {
    ...shared,
    by: eventDimensions.map(({ name }) => name),
    withTotal: eventDimensions.some(({ isMany = false }) => isMany),
    filter: readEventFilter(search),
  };
  const isCalls = source === 'calls';
  const calls = usePanelQuery(CALL_BREAKDOWN, callVariables, { pause: pause || !isCalls });
  const events = usePanelQuery(EVENT_BREAKDOWN, eventVariables, { pause: pause || isCalls });
  const allCalls = useReadOn(
    CALL_BREAKDOWN,
    callVariables,
    calls.data ? readCalls(calls.data) : null,
    readCalls,
  );
  const allEvents = useReadOn(
    EVENT_BREAKDOWN,
    eventVariables,
    events.data ? readEvents(events.data) : null,
    readEvents,
  );
  const [answer, { groups, readingOn, forget }] = isCalls
    ? ([calls, allCalls] as const)
    : ([events, allEvents] as const);
  const retry = (): void => {
    forget();
    answer.retry();
  };
  return { ...readingOn, answer: { ...answer, data: answer.data && groups, retry } };
}

function readCalls(data: CallBreakdownQuery): ReadGroups | null {
  const groups = readCallGroups(data);
  return (
    groups && { ...groups, coverage: readFragment(COVERAGE_FIELDS, data.usageBreakdown?.coverage ?? []) }
  );
}

function readEvents(data: EventGroupsQuery): ReadGroups | null {
  const groups = readEventGroups(data);
  return (
    groups && { ...groups, coverage: readFragment(COVERAGE_FIELDS, data.eventBreakdown?.coverage ?? []) }
  );
}
