import type { FragmentType } from '../../generated/fragment-masking.ts';
import { readCallFilter } from '../../lists/call-filter.ts';
import { readEventFilter } from '../../lists/event-filter.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import type { PanelAnswer } from '../../graph/use-panel-query.ts';
import type { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { one } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { CALL_DIMENSIONS, chooseDimensions, EVENT_DIMENSIONS } from './dimensions.ts';
import type { BrokenDown } from './dimensions.ts';
import { CALL_BREAKDOWN, EVENT_BREAKDOWN } from './documents.ts';
import { fitTop } from './groups.ts';
import type { Groups } from './groups.ts';
import { readCallGroups, readEventGroups } from './read-groups.ts';

export interface BreakdownAnswer extends Groups {
  readonly coverage: readonly FragmentType<typeof COVERAGE_FIELDS>[];
}

/** How many groups a table can show. */
export const TOPS = [10, 20, 50, 100] as const;
const LENGTHS = { SECOND: 1e3, MINUTE: 6e4, HOUR: 36e5, DAY: 864e5, WEEK: 6048e5, MONTH: 2592e6 } as const;

export const readTop = (search: Search): number =>
  TOPS.find((top) => String(top) === one(search, 'top')) ?? 20;

/** Asks for the groups that the address names. */
export function useBreakdown(
  source: BrokenDown,
  search: Search,
  pause: boolean,
): PanelAnswer<BreakdownAnswer | null> {
  const { range, interval, timeZone, span } = useRange();
  const top = fitTop(readTop(search), Math.ceil((span.toMs - span.fromMs) / LENGTHS[interval]) + 2);
  const shared = { range, interval, timeZone, top };
  const calls = usePanelQuery(
    CALL_BREAKDOWN,
    {
      ...shared,
      by: chooseDimensions(CALL_DIMENSIONS, search).map(({ name }) => name),
      filter: readCallFilter(search),
    },
    { pause: pause || source !== 'calls' },
  );
  const eventDimensions = chooseDimensions(EVENT_DIMENSIONS, search);
  const events = usePanelQuery(
    EVENT_BREAKDOWN,
    {
      ...shared,
      by: eventDimensions.map(({ name }) => name),
      withTotal: eventDimensions.some(({ isMany = false }) => isMany),
      filter: readEventFilter(search),
    },
    { pause: pause || source !== 'events' },
  );
  if (source === 'calls') {
    const groups = calls.data && readCallGroups(calls.data);
    return { ...calls, data: groups && { ...groups, coverage: calls.data?.usageBreakdown?.coverage ?? [] } };
  }
  const groups = events.data && readEventGroups(events.data);
  return { ...events, data: groups && { ...groups, coverage: events.data?.eventBreakdown?.coverage ?? [] } };
}
