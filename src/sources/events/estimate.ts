import type { Direction, Range } from '../../base/time.ts';
import type { Query } from '../../upstream/upstream.ts';
import { callsForPage, keyOfList, leastOfList } from '../paging/estimate.ts';
import type { CallNeeds, ListQuestion, ListRole } from '../paging/estimate.ts';
import type { RowKey } from '../paging/find-rows.ts';
import { scanOf } from './breakdown.ts';
import type { EventBreakdownRequest } from './breakdown.ts';
import { withoutFacets } from './facets.ts';
import type { EventFacetsRequest } from './facets.ts';
import { checkEventFilter, splitEventFilter } from './filter.ts';
import type { EventFilter } from './filter.ts';
import { directionInTime } from './order.ts';
import type { EventOrder } from './order.ts';

const BY_TIME = 'events by id and time';

/** The calls for events by their ids and times. Near ones share a call: at least one for all of them. */
export function estimateEvents(keys: readonly RowKey[]): readonly CallNeeds[] {
  return keys.length > 0 ? [{ source: 'EVENTS', least: [BY_TIME], full: [[BY_TIME, 1]], isOpen: true }] : [];
}

/** A list of events and its order; empty: newest first. */
export interface EventListQuestion extends ListQuestion<EventFilter> {
  readonly orderBy: readonly EventOrder[];
}

/**
 * The calls for a list of events: its page, or a scan if the vendor can't filter or sort so. Its count is always a scan.
 * @throws RequestError `BAD_USER_INPUT` as the list itself
 */
export function estimateEventList(question: EventListQuestion, role: ListRole): readonly CallNeeds[] {
  const { filter, orderBy, range, direction, cursor, wantsPage, isCounted } = question;
  checkEventFilter(filter, 'filter');
  const split = splitEventFilter(filter);
  if (split.kind === 'nothing') return [];
  const key = `${keyOfList(question, role)} ${JSON.stringify(orderBy)}`;
  const order = directionInTime(orderBy);
  const isScan = split.isScan || order === null;
  const count = keyOfFirstCall(split.parameters, range, 'DESC', null);
  return [
    {
      source: 'EVENTS',
      ...leastOfList(question, role, {
        // An order that is not one in time is made over the whole range, whatever the cursor.
        page: keyOfFirstCall(split.parameters, range, order ? direction : 'DESC', order && cursor),
        count,
        laterCount: `then ${count}`,
      }),
      full: wantsPage && !isScan ? [[`page ${key}`, callsForPage(question, role, order)]] : [],
      scans: wantsPage && isScan ? [`page ${key}`] : [],
      counts: isCounted ? [`count ${key}`] : [],
      isOpen: true,
    },
  ];
}

/**
 * The calls for facets: one scan for all of them.
 * @throws RequestError `BAD_USER_INPUT` as the facets themselves
 */
export function estimateEventFacets({ range, filter, facets }: EventFacetsRequest): readonly CallNeeds[] {
  checkEventFilter(filter, 'filter');
  const split = splitEventFilter(withoutFacets(filter, facets));
  if (facets.size === 0 || split.kind === 'nothing') return [];
  return [
    {
      source: 'EVENTS',
      least: [keyOfFirstCall(split.parameters, range, 'DESC', null)],
      scans: [`facets ${JSON.stringify([range, filter, [...facets].toSorted()])}`],
    },
  ];
}

/**
 * The calls for a breakdown: one scan for all with one range and filter that need the same fields.
 * @throws RequestError `BAD_USER_INPUT` as the breakdown itself
 */
export function estimateEventBreakdown(request: Omit<EventBreakdownRequest, 'wanted'>): readonly CallNeeds[] {
  const { range, filter } = request;
  checkEventFilter(filter, 'filter');
  const split = splitEventFilter(filter);
  if (split.kind === 'nothing') return [];
  return [
    {
      source: 'EVENTS',
      least: [keyOfFirstCall(split.parameters, range, 'DESC', null)],
      scans: [`events scan ${JSON.stringify(scanOf(request))}`],
    },
  ];
}

/**
 * Depends only on the edge at which reading begins, because a vendor that can't sort is asked for windows, which other ranges
 * may share.
 */
function keyOfFirstCall(
  query: Query,
  { fromMs, toMs }: Range,
  direction: Direction,
  cursor: string | null,
): string {
  // The vendor's bounds are whole seconds.
  const edgeS = direction === 'ASC' ? Math.floor(fromMs / 1_000) : Math.ceil(toMs / 1_000);
  return `events ${direction} ${cursor ?? edgeS} ${JSON.stringify(query)}`;
}
