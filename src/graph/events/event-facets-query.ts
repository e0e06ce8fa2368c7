import { RequestError } from '../../base/request-error.ts';
import { builder } from '../builder.ts';
import { DateTimeRangeInput } from '../paging/date-time-range-input.ts';
import { freezeRange } from '../paging/freeze-range.ts';
import { defaultEnd } from '../paging/source-ends.ts';
import { selectedEventFacets } from './event-facet-selection.ts';
import { EventFacetsType } from './event-facets-type.ts';
import { EventFilterInput } from './event-filter-input.ts';
import { readEventFilter } from './read-event-filter.ts';

/** The most values of a facet that one answer may hold. */
const MAX_TOP = 500;

builder.queryField('eventFacets', (t) =>
  t.field({
    type: EventFacetsType,
    nullable: true,
    description:
      'What there is to filter by in a range, with counts: a bounded scan that counts the selected facets only. Each facet ignores its own filter, so that a menu does not collapse. The range defaults to the last 7 days. `GET /events`',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'When. Left out: the last 7 days.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which events.' }),
      top: t.arg.int({
        required: true,
        defaultValue: 20,
        description: 'How many values a facet shows, from 1 to 500; the rest is counted in `other`.',
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
