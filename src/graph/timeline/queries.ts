import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { PageRequest } from '../../sources/paging/page.ts';
import { estimateTimeline } from '../../sources/timeline/estimate.ts';
import type { TimelineFilter } from '../../sources/timeline/filter.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { selectedEventFields } from '../events/selection.ts';
import { EventType } from '../events/types.ts';
import type { ConnectionArguments } from '../paging/arguments.ts';
import { estimateList, needsPage, readConnection } from '../paging/connection.ts';
import type { ListQuery } from '../paging/connection.ts';
import type { RangeInput } from '../paging/range.ts';
import { DateTimeRangeInput } from '../paging/types.ts';
import { selectedFields } from '../selection.ts';
import { UsageRecordType } from '../usage/types.ts';
import { coverForbidden, splitSources } from './access.ts';
import { ActivityConnectionType } from './connection.ts';
import { readTimelineFilter, TimelineFilterInput } from './filter.ts';
import type { TimelineFilterShape } from './filter.ts';
import { estimateRelatedPage, readRelated } from './related.ts';
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
    extensions: {
      estimate(args, fields, context) {
        const { query, visible } = readTimelineQuery(args, context);
        return estimateList(query, fields, context, (question) =>
          estimateTimeline({
            ...question,
            filter: visible,
            isCounted: question.isCounted && query.sources.every((source) => context.callable.has(source)),
          }),
        );
      },
    },
    resolve(_root, args, context, info) {
      const { timeline } = context;
      const { query, visible, forbidden } = readTimelineQuery(args, context);
      const fields = selectedEventFields(selectedFields(info));
      const read = async (page: PageRequest<TimelineFilter>) =>
        coverForbidden(
          await timeline.listActivities({ ...page, filter: visible, fields }),
          forbidden,
          page.range,
        );
      // If a source gives no rows, the count of the other one would be read as the count of both.
      const isCountable =
        forbidden.length === 0 &&
        query.sources.every((source) => context.service.configured.includes(source));
      const count = async (range: Range) =>
        isCountable ? timeline.countActivities(range, query.filter) : null;
      return readConnection({ ...query, wantsPage: needsPage(info), read, count }, context);
    },
  }),
);

interface ListArguments extends ConnectionArguments {
  readonly range?: RangeInput | null | undefined;
  readonly filter?: TimelineFilterShape | null | undefined;
}

interface TimelineQuery {
  readonly query: ListQuery<TimelineFilter>;
  /** The filter without the sources that the viewer may not read. */
  readonly visible: TimelineFilter;
  readonly forbidden: readonly Source[];
}

/** The list that the arguments of `timeline` ask for. @throws RequestError `FORBIDDEN`, `LIMIT_EXCEEDED` */
function readTimelineQuery(args: ListArguments, { viewer }: Pick<GraphContext, 'viewer'>): TimelineQuery {
  const filter = readTimelineFilter(args.filter, viewer);
  const { readable, forbidden } = splitSources(filter, viewer);
  return {
    query: { list: 'timeline', sources: filter.sources ?? SOURCES, args, filter },
    visible: forbidden.length > 0 ? { ...filter, sources: readable } : filter,
    forbidden,
  };
}

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
      'Events shortly before or after this call that are related to it. The times around all entries in the answer are read together, so that few calls are needed. Reads `GET /events`.',
    args: {
      within: t.arg({ type: 'Duration', required: true, defaultValue: 'PT5M', description: WITHIN }),
      by: t.arg({ type: [CorrelationBasisType], required: true, defaultValue: ['IP'], description: BY }),
      first: t.arg.int({ description: FIRST }),
      after: t.arg.string({ description: AFTER }),
    },
    extensions: { estimate: (args, _fields, context) => estimateRelatedPage('EVENTS', args, context) },
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
      'API calls shortly before or after this event that are related to it. The times around all entries in the answer are read together, so that few calls are needed. Reads `GET /usage`.',
    args: {
      within: t.arg({ type: 'Duration', required: true, defaultValue: 'PT5M', description: WITHIN }),
      by: t.arg({ type: [CorrelationBasisType], required: true, defaultValue: ['IP'], description: BY }),
      first: t.arg.int({ description: FIRST }),
      after: t.arg.string({ description: AFTER }),
    },
    extensions: { estimate: (args, _fields, context) => estimateRelatedPage('USAGE', args, context) },
    resolve(event, args, context) {
      const { listRelatedUsage: read } = context.timeline;
      return readRelated(event, args, { list: 'relatedUsage', source: 'USAGE', read }, context);
    },
  }),
);
