import type { Range } from '../../base/range.ts';
import type { EventFilter } from '../../sources/events/event-filter.ts';
import type { PageRequest } from '../../sources/walk/page.ts';
import { builder } from '../builder.ts';
import { readConnection } from '../paging/connection.ts';
import { DateTimeRangeInput } from '../paging/date-time-range-input.ts';
import { needsPage } from '../paging/needs-page.ts';
import { EventConnectionType } from './event-connection.ts';
import { selectedEventFields } from './event-fields.ts';
import { EventFilterInput } from './event-filter-input.ts';
import { EventOrderInput, readEventOrder } from './event-order.ts';
import { readEventFilter } from './read-event-filter.ts';

builder.queryField('events', (t) =>
  t.field({
    type: EventConnectionType,
    nullable: true,
    description: 'Events, newest first if not ordered. The range defaults to the last 7 days. `GET /events`',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'When. Left out: the last 7 days.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which events.' }),
      orderBy: t.arg({ type: [EventOrderInput], description: 'What to sort by. Left out: newest first.' }),
      first: t.arg.int({ description: "How many, from the list's beginning on or behind `after`." }),
      after: t.arg.string({ description: 'A cursor of an earlier page: only events behind it.' }),
      last: t.arg.int({ description: "How many, from the list's end on or ahead of `before`." }),
      before: t.arg.string({ description: 'A cursor of a later page: only events ahead of it.' }),
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
