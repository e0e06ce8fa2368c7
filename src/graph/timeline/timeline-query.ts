import type { Range } from '../../base/range.ts';
import { SOURCES } from '../../base/source.ts';
import type { TimelineFilter } from '../../sources/timeline/timeline-source.ts';
import type { PageRequest } from '../../sources/walk/page.ts';
import { builder } from '../builder.ts';
import { selectedEventFields } from '../events/event-fields.ts';
import { readConnection } from '../paging/connection.ts';
import { DateTimeRangeInput } from '../paging/date-time-range-input.ts';
import { needsPage } from '../paging/needs-page.ts';
import { ActivityConnectionType } from './activity-connection.ts';
import { coverForbidden, partSources } from './forbidden-sources.ts';
import { readTimelineFilter, TimelineFilterInput } from './timeline-filter.ts';

builder.queryField('timeline', (t) =>
  t.field({
    type: ActivityConnectionType,
    nullable: true,
    description:
      'Both sources in one order, newest first. The range defaults to the last 7 days. `GET /usage` and `GET /events`',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'When. Left out: the last 7 days.' }),
      filter: t.arg({ type: TimelineFilterInput, description: 'Which entries.' }),
      first: t.arg.int({ description: 'How many, from the newest on or behind `after`.' }),
      after: t.arg.string({ description: 'A cursor of an earlier page: only entries behind it.' }),
      last: t.arg.int({ description: 'How many, from the oldest on or ahead of `before`.' }),
      before: t.arg.string({ description: 'A cursor of a later page: only entries ahead of it.' }),
    },
    resolve(_root, args, context, info) {
      const { timeline, viewer } = context;
      const filter = readTimelineFilter(args.filter, viewer);
      const fields = selectedEventFields(info);
      const { readable, forbidden } = partSources(filter, viewer);
      const visible = forbidden.length > 0 ? { ...filter, sources: readable } : filter;
      const read = async (page: PageRequest<TimelineFilter>) =>
        coverForbidden(
          await timeline.listActivities({ ...page, filter: visible, fields }),
          forbidden,
          page.range,
        );
      // A sum that leaves a source out would be read as the whole.
      const count = async (range: Range) =>
        forbidden.length > 0 ? null : timeline.countActivities(range, filter);
      const query = {
        list: 'timeline',
        sources: filter.sources ?? SOURCES,
        args,
        filter,
        wantsPage: needsPage(info),
      } as const;
      return readConnection({ ...query, read, count }, context);
    },
  }),
);
