import { SOURCES } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { PageRequest } from '../../sources/paging/page.ts';
import type { TimelineFilter } from '../../sources/timeline/source.ts';
import { builder } from '../builder.ts';
import { selectedEventFields } from '../events/selection.ts';
import { EventType } from '../events/types.ts';
import { needsPage, readConnection } from '../paging/connection.ts';
import { DateTimeRangeInput } from '../paging/types.ts';
import { selectedFields } from '../selection.ts';
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
      const fields = selectedEventFields(selectedFields(info));
      const { readable, forbidden } = splitSources(filter, viewer);
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

const WITHIN = 'How far to either side, both ends in; at most `PT24H`.';
const BY = 'Related by any of these; at least one. IP needs `pii:read`.';
const FIRST = 'How many, from the newest on or behind `after`.';
const AFTER = 'A cursor of an earlier page, of the same entry, `within` and `by`: only what is behind it.';

builder.objectField(UsageRecordType, 'relatedEvents', (t) =>
  t.field({
    type: RelatedEventConnectionType,
    nullable: true,
    description:
      'Events near in time: `within` to either side, related by any of `by`. Many entries at once cost few calls. `GET /events`',
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
      'API calls near in time: `within` to either side, related by any of `by`. Many entries at once cost few calls. `GET /usage`',
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
