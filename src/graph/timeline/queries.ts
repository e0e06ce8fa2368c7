import { SOURCES } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { PageRequest } from '../../sources/paging/page.ts';
import type { TimelineFilter } from '../../sources/timeline/source.ts';
import { builder } from '../builder.ts';
import { selectedEventFields } from '../events/selection.ts';
import { EventType } from '../events/types.ts';
import { needsPage, readConnection } from '../paging/connection.ts';
import { DateTimeRangeInput } from '../paging/types.ts';
import { UsageRecordType } from '../usage/types.ts';
import { coverForbidden, splitSources } from './access.ts';
import { ActivityConnectionType } from './connection.ts';
import { readTimelineFilter, TimelineFilterInput } from './filter.ts';
import { readRelated } from './related.ts';
import { CorrelationBasisType, RelatedEventConnectionType, RelatedUsageConnectionType } from './types.ts';

builder.queryField('timeline', (t) =>
  t.field({
    type: ActivityConnectionType,
    nullable: true,
    description:
      'A list with the entries of both sources, newest first. Reads `GET /usage` and `GET /events`.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'The range of time. Default: the last 7 days.' }),
      filter: t.arg({ type: TimelineFilterInput, description: 'Which entries to read. Default: all.' }),
      first: t.arg.int({
        description:
          'How many entries to read, from the newest on, or after the cursor `after`. Default: `service.limits.defaultPageSize`.',
      }),
      after: t.arg.string({
        description: 'A cursor, such as `endCursor` of the previous page: read the entries after it.',
      }),
      last: t.arg.int({
        description:
          'How many entries to read, from the oldest back, or before the cursor `before`. The page is still newest first. Do not combine `last` or `before` with `first` or `after`.',
      }),
      before: t.arg.string({
        description: 'A cursor, such as `startCursor` of the next page: read the entries before it.',
      }),
    },
    resolve(_root, args, context, info) {
      const { timeline, viewer } = context;
      const filter = readTimelineFilter(args.filter, viewer);
      const fields = selectedEventFields(info);
      const { readable, forbidden } = splitSources(filter, viewer);
      const visible = forbidden.length > 0 ? { ...filter, sources: readable } : filter;
      const read = async (page: PageRequest<TimelineFilter>) =>
        coverForbidden(
          await timeline.listActivities({ ...page, filter: visible, fields }),
          forbidden,
          page.range,
        );
      // A sum without one source would look like the total of both.
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

const WITHIN = 'How long before and after this entry to look (inclusive), from 1 ms to `PT24H`.';
const BY = 'What relates two entries. One match is enough. Give at least one. IP needs `pii:read`.';
const FIRST =
  'How many entries to read, from the newest on, or after the cursor `after`. Default: `service.limits.defaultPageSize`.';
const AFTER = 'A cursor of a page with the same entry, `within` and `by`: read the entries after it.';

builder.objectField(UsageRecordType, 'relatedEvents', (t) =>
  t.field({
    type: RelatedEventConnectionType,
    nullable: true,
    description:
      'Events shortly before or after this call that are related to it. The windows of all entries in the answer are read together, which needs few calls. Reads `GET /events`.',
    args: {
      within: t.arg({ type: 'Duration', required: true, defaultValue: 'PT5M', description: WITHIN }),
      by: t.arg({ type: [CorrelationBasisType], required: true, defaultValue: ['IP'], description: BY }),
      first: t.arg.int({ description: FIRST }),
      after: t.arg.string({ description: AFTER }),
    },
    resolve(record, args, context) {
      const { listRelatedEvents: read } = context.timeline;
      return readRelated(record, args, { list: 'relatedEvents', source: 'EVENTS', read }, context);
    },
  }),
);

builder.objectField(EventType, 'relatedUsage', (t) =>
  t.field({
    type: RelatedUsageConnectionType,
    nullable: true,
    description:
      'API calls shortly before or after this event that are related to it. The windows of all entries in the answer are read together, which needs few calls. Reads `GET /usage`.',
    args: {
      within: t.arg({ type: 'Duration', required: true, defaultValue: 'PT5M', description: WITHIN }),
      by: t.arg({ type: [CorrelationBasisType], required: true, defaultValue: ['IP'], description: BY }),
      first: t.arg.int({ description: FIRST }),
      after: t.arg.string({ description: AFTER }),
    },
    resolve(event, args, context) {
      const { listRelatedUsage: read } = context.timeline;
      return readRelated(event, args, { list: 'relatedUsage', source: 'USAGE', read }, context);
    },
  }),
);
