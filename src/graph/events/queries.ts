import { RequestError } from '../../base/errors.ts';
import type { Range } from '../../base/time.ts';
import type { EventDimension } from '../../sources/events/breakdown.ts';
import {
  estimateEventBreakdown,
  estimateEventFacets,
  estimateEventList,
} from '../../sources/events/estimate.ts';
import type { EventFacetsRequest } from '../../sources/events/facets.ts';
import type { EventFilter } from '../../sources/events/filter.ts';
import { directionInTime } from '../../sources/events/order.ts';
import type { EventOrder } from '../../sources/events/order.ts';
import type { PageRequest } from '../../sources/paging/page.ts';
import { checkGrouping, needsRows, sizesOf, wantedFigures } from '../breakdown.ts';
import type { GroupingArguments } from '../breakdown.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import type { EstimateContext } from '../cost/estimate.ts';
import { COST } from '../cost/shape.ts';
import { IntervalType } from '../interval.ts';
import { refuseMasked } from '../masking.ts';
import type { ConnectionArguments } from '../paging/arguments.ts';
import { estimateList, needsPage, readConnection } from '../paging/connection.ts';
import type { ListQuery } from '../paging/connection.ts';
import { defaultEnd, freezeRange } from '../paging/range.ts';
import type { RangeContext, RangeInput } from '../paging/range.ts';
import { DateTimeRangeInput } from '../paging/types.ts';
import { selectedFields } from '../selection.ts';
import type { SelectedField } from '../selection.ts';
import { EventBreakdownType, EventDimensionType } from './breakdown.ts';
import type { EventBreakdownView } from './breakdown.ts';
import { EventConnectionType } from './connection.ts';
import { EventFacetsType } from './facets.ts';
import { EventFilterInput, readEventFilter } from './filter.ts';
import type { EventFilterShape } from './filter.ts';
import { EventOrderInput, readEventOrder } from './order.ts';
import { selectedEventFacets, selectedEventFields } from './selection.ts';

builder.queryField('events', (t) =>
  t.field({
    type: EventConnectionType,
    nullable: true,
    description: 'A list of events, newest first unless `orderBy` is given. Reads `GET /events`.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'The range of time. Default: the last 7 days.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which events to read. Default: all.' }),
      orderBy: t.arg({
        type: [EventOrderInput],
        description: 'The sort keys, most important first. Default: newest first.',
      }),
      first: t.arg.int({
        description:
          'How many events to read, from the start of the list, or after the cursor `after`. Default: `service.limits.defaultPageSize`.',
      }),
      after: t.arg.string({
        description: 'A cursor, such as `endCursor` of the previous page: read the events after it.',
      }),
      last: t.arg.int({
        description:
          'How many events to read, from the end of the list back, or before the cursor `before`. Do not combine `last` or `before` with `first` or `after`.',
      }),
      before: t.arg.string({
        description: 'A cursor, such as `startCursor` of the next page: read the events before it.',
      }),
    },
    extensions: {
      estimate(args, fields, context) {
        const query = readListQuery(args, context);
        return estimateList(query, fields, context, (question) =>
          estimateEventList(
            { ...question, orderBy: query.orderBy },
            { list: 'events', pageSize: context.pageSizes.events, isCountedByPage: true },
          ),
        );
      },
    },
    resolve(_root, args, context, info) {
      const { events } = context;
      const query = readListQuery(args, context);
      const fields = selectedEventFields(selectedFields(info));
      const read = (page: PageRequest<EventFilter>) =>
        events.listEvents({ ...page, orderBy: query.orderBy, fields });
      const count = (range: Range) => events.countEvents(range, query.filter);
      return readConnection({ ...query, wantsPage: needsPage(info), read, count }, context);
    },
  }),
);

interface ListArguments extends ConnectionArguments {
  readonly range?: RangeInput | null | undefined;
  readonly filter?: EventFilterShape | null | undefined;
  readonly orderBy?: readonly EventOrder[] | null | undefined;
}

/** A list of events; its cursors are bound to its order. */
interface EventListQuery extends ListQuery<EventFilter> {
  readonly orderBy: readonly EventOrder[];
}

/** The list that the arguments of `events` ask for. @throws RequestError `FORBIDDEN`, `LIMIT_EXCEEDED` */
function readListQuery(args: ListArguments, { viewer }: Pick<GraphContext, 'viewer'>): EventListQuery {
  const filter = readEventFilter(args.filter, viewer);
  const orderBy = readEventOrder(args.orderBy, viewer);
  const direction = directionInTime(orderBy) ?? 'DESC';
  return { list: 'events', sources: ['EVENTS'], args, filter, direction, orderBy, binding: orderBy };
}

/** The largest `top`. */
const MAX_TOP = 500;

builder.queryField('eventFacets', (t) =>
  t.field({
    type: EventFacetsType,
    nullable: true,
    description:
      'The values that events can be filtered by, with their counts. A bounded scan counts only the selected facets. Each facet ignores the filter on its own field, except inside `not`, so that a menu keeps its other options. Reads `GET /events`.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'The range of time. Default: the last 7 days.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which events to read. Default: all.' }),
      top: t.arg.int({
        required: true,
        defaultValue: 20,
        description:
          'How many values a facet shows, from 1 to 500. `other` is the sum of the counts of all further values.',
      }),
    },
    extensions: {
      estimate(args, fields, context) {
        const { top, request } = readFacetsRequest(args, fields, context);
        return { calls: estimateEventFacets(request), sizes: { values: top } };
      },
    },
    async resolve(_root, args, context, info) {
      const { top, request } = readFacetsRequest(args, selectedFields(info), context);
      return { range: request.range, top, counted: await context.events.countEventFacets(request) };
    },
  }),
);

interface FacetsArguments {
  readonly range?: RangeInput | null | undefined;
  readonly filter?: EventFilterShape | null | undefined;
  readonly top: number;
}

/** What the arguments and the selection of `eventFacets` ask for. @throws RequestError */
function readFacetsRequest(
  args: FacetsArguments,
  fields: readonly SelectedField[],
  context: Pick<GraphContext, 'viewer' | 'nowMs' | 'ends' | 'hasArchive'>,
): { readonly top: number; readonly request: EventFacetsRequest } {
  const { viewer, nowMs, ends } = context;
  const top = checkTop(args.top);
  const range = freezeRange(args.range, context, defaultEnd(ends, ['EVENTS'], nowMs));
  const filter = readEventFilter(args.filter, viewer);
  return { top, request: { range, filter, facets: selectedEventFacets(fields, viewer) } };
}

function checkTop(top: number): number {
  if (top < 1) throw new RequestError('BAD_USER_INPUT', "'top' must be at least 1.", { argument: 'top' });
  if (top <= MAX_TOP) return top;
  throw new RequestError(
    'LIMIT_EXCEEDED',
    `'top' may be at most ${MAX_TOP}, and is ${top}. Narrow 'filter' or 'range' to see rarer values.`,
    { argument: 'top', limit: 'maxFacetValues', allowed: MAX_TOP, requested: top },
  );
}

builder.queryField('eventBreakdown', (t) =>
  t.field({
    type: EventBreakdownType,
    nullable: true,
    description:
      'Events in groups by one to three dimensions, largest first, and with `interval` the buckets of each group. A bounded scan reads the events: coverage says how far it got. Reads `GET /events`.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'The range of time. Default: the last 7 days.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which events to read. Default: all.' }),
      by: t.arg({
        type: [EventDimensionType],
        required: true,
        description: 'One to three dimensions, each once. USERNAME and IP_ADDRESS need `pii:read`.',
      }),
      interval: t.arg({
        type: IntervalType,
        description: 'The length of a bucket. Default: no buckets.',
      }),
      timeZone: t.arg({
        type: 'TimeZone',
        required: true,
        defaultValue: 'UTC',
        description: 'The time zone whose days and hours the buckets follow.',
      }),
      top: t.arg.int({
        required: true,
        defaultValue: 20,
        description:
          'How many groups to show, from 1 to 500. `other` is all further ones together. With buckets, `top` times their number may be at most 50,000.',
      }),
    },
    extensions: {
      estimate(args, fields, context) {
        const request = readBreakdownRequest(args, context);
        if (!needsRows(fields)) return {};
        return { calls: estimateEventBreakdown(request), sizes: sizesOf(request), lookup: COST.breakdown };
      },
    },
    async resolve(_root, args, context, info) {
      const request = readBreakdownRequest(args, context);
      const fields = selectedFields(info);
      const breakdown = needsRows(fields)
        ? await context.events.getEventBreakdown({ ...request, wanted: wantedFigures(fields, FIGURES) })
        : { groups: [], other: null, coverage: [] };
      return { request, breakdown };
    },
  }),
);

const FIGURES = { firstAt: 'TIMES', lastAt: 'TIMES' } as const;

interface BreakdownArguments extends GroupingArguments<EventDimension> {
  readonly range?: RangeInput | null | undefined;
  readonly filter?: EventFilterShape | null | undefined;
}

/** The groups that the arguments of `eventBreakdown` ask for. @throws RequestError */
function readBreakdownRequest(
  args: BreakdownArguments,
  context: RangeContext & Pick<EstimateContext, 'viewer' | 'ends' | 'limits'>,
): EventBreakdownView['request'] {
  const { viewer, nowMs, ends, limits } = context;
  const range = freezeRange(args.range, context, defaultEnd(ends, ['EVENTS'], nowMs));
  const filter = readEventFilter(args.filter, viewer);
  if (args.by.includes('USERNAME')) refuseMasked(viewer, 'USERNAME', 'by');
  if (args.by.includes('IP_ADDRESS')) refuseMasked(viewer, 'IP_ADDRESS', 'by');
  return { range, filter, ...checkGrouping(args, range, limits) };
}
