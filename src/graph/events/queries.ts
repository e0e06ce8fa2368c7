import { RequestError } from '../../base/errors.ts';
import type { Range } from '../../base/time.ts';
import type { EventFilter } from '../../sources/events/filter.ts';
import type { PageRequest } from '../../sources/paging/page.ts';
import { builder } from '../builder.ts';
import { needsPage, readConnection } from '../paging/connection.ts';
import { defaultEnd, freezeRange } from '../paging/range.ts';
import { DateTimeRangeInput } from '../paging/types.ts';
import { EventConnectionType } from './connection.ts';
import { EventFacetsType } from './facets.ts';
import { EventFilterInput, readEventFilter } from './filter.ts';
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
    resolve(_root, args, context, info) {
      const { events, viewer } = context;
      const filter = readEventFilter(args.filter, viewer);
      const orderBy = readEventOrder(args.orderBy, viewer);
      const fields = selectedEventFields(info);
      const read = (page: PageRequest<EventFilter>) => events.listEvents({ ...page, orderBy, fields });
      const count = (range: Range) => events.countEvents(range, filter);
      const query = {
        list: 'events',
        sources: ['EVENTS'],
        args,
        filter,
        binding: orderBy,
        wantsPage: needsPage(info),
      } as const;
      return readConnection({ ...query, read, count }, context);
    },
  }),
);

/** The largest `top`. */
const MAX_TOP = 500;

builder.queryField('eventFacets', (t) =>
  t.field({
    type: EventFacetsType,
    nullable: true,
    description:
      'The values that events can be filtered by, with their counts. A bounded scan counts only the selected facets. Each facet ignores the filter on its own field, so that a menu keeps its other options. Reads `GET /events`.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'The range of time. Default: the last 7 days.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which events to read. Default: all.' }),
      top: t.arg.int({
        required: true,
        defaultValue: 20,
        description:
          'How many values a facet shows, from 1 to 500. `other` counts the events with further values.',
      }),
    },
    async resolve(_root, args, { events, viewer, nowMs, ends }, info) {
      const top = checkTop(args.top);
      const range = freezeRange(args.range, nowMs, defaultEnd(ends, ['EVENTS'], nowMs));
      const filter = readEventFilter(args.filter, viewer);
      const facets = selectedEventFacets(info, viewer);
      return { range, top, counted: await events.countEventFacets({ range, filter, facets }) };
    },
  }),
);

function checkTop(top: number): number {
  if (top < 1) throw new RequestError('BAD_USER_INPUT', "'top' must be at least 1.", { argument: 'top' });
  if (top <= MAX_TOP) return top;
  throw new RequestError(
    'LIMIT_EXCEEDED',
    `'top' may be at most ${MAX_TOP}, and is ${top}. Narrow 'filter' or 'range' to see rarer values.`,
    { argument: 'top', limit: 'maxFacetValues', allowed: MAX_TOP, requested: top },
  );
}
