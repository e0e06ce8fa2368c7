import type { Direction, Range } from '../../base/time.ts';
import { withoutFacet } from '../../sources/events/facets.ts';
import { splitEventFilter } from '../../sources/events/filter.ts';
import type { EventFilter } from '../../sources/events/filter.ts';
import { orderByTime } from '../../sources/events/order.ts';
import type { EventOrder } from '../../sources/events/order.ts';
import type { Query } from '../../upstream/upstream.ts';
import { facetsAmong } from '../events/selection.ts';
import { callsForPage, leastOf } from './calls.ts';
import type { SelectedField } from '../selection.ts';
import type { CallNeeds, EstimatedList } from './calls.ts';
import { isRefusedEventFilter, withoutNulls } from './inputs.ts';

const BY_TIME = 'events by id and time';

/** Events by their ids: near ones share a call, so at least one for all of them. */
export const EVENTS_BY_TIME: CallNeeds = {
  source: 'EVENTS',
  least: [BY_TIME],
  full: [[BY_TIME, 1]],
  isOpen: true,
};

/** A list of events, alone or as a part of the timeline: its page, or a scan where the vendor can't filter or sort so. */
export function estimateEventList(
  list: EstimatedList,
  { filter, orderBy }: { readonly filter: unknown; readonly orderBy?: unknown },
): readonly CallNeeds[] {
  const given = withoutNulls(filter) as EventFilter;
  if (isRefusedEventFilter(given)) return [];
  const plan = splitEventFilter(given);
  if (plan.kind === 'nothing') return [];
  const { name, range, page, isCounted, pageSize } = list;
  const order = orderByTime((orderBy ?? []) as readonly EventOrder[]);
  const isScan = plan.isScan || order === null;
  const count = nameFirstCall(plan.query, range, 'DESC', null);
  return [
    {
      source: 'EVENTS',
      ...leastOf(list, {
        page: nameFirstCall(
          plan.query,
          range,
          order ? (page?.direction ?? 'DESC') : 'DESC',
          order && (page?.cursor ?? null),
        ),
        count,
        laterCount: `then ${count}`,
      }),
      full: page && !isScan ? [[`page ${name}`, callsForPage(page, pageSize)]] : [],
      scans: page && isScan ? [`page ${name}`] : [],
      counts: isCounted ? [`count ${name}`] : [],
      isOpen: true,
    },
  ];
}

/** `eventFacets`: one scan for all facets selected. */
export function estimateFacets(
  { args, fields, coordinate }: SelectedField,
  range: Range,
): readonly CallNeeds[] {
  const facets = facetsAmong(fields.map(({ name }) => name));
  const filter = withoutNulls(args['filter']) as EventFilter;
  if (isRefusedEventFilter(filter)) return [];
  const plan = splitEventFilter(facets.reduce(withoutFacet, filter));
  if (facets.length === 0 || plan.kind === 'nothing') return [];
  return [
    {
      source: 'EVENTS',
      least: [nameFirstCall(plan.query, range, 'DESC', null)],
      scans: [`${coordinate} ${JSON.stringify(args)}`],
    },
  ];
}

/** By where it begins alone: a vendor that can't sort by time is asked for windows, which other ranges may share. */
function nameFirstCall(
  query: Query,
  { fromMs, toMs }: Range,
  direction: Direction,
  cursor: string | null,
): string {
  // The vendor's bounds are whole seconds.
  const edgeS = direction === 'ASC' ? Math.floor(fromMs / 1_000) : Math.ceil(toMs / 1_000);
  return `events ${direction} ${cursor ?? edgeS} ${JSON.stringify(query)}`;
}
