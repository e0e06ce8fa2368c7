import { RequestError } from '../../base/errors.ts';
import type { Range } from '../../base/time.ts';
import type { PageRequest } from '../../sources/paging/page.ts';
import type { UsageFilter } from '../../sources/usage/filter.ts';
import { builder } from '../builder.ts';
import { isUsageRecordId } from '../global-id.ts';
import { needsPage, readConnection } from '../paging/connection.ts';
import { freezeRange } from '../paging/range.ts';
import { DateTimeRangeInput } from '../paging/types.ts';
import { selectedFields } from '../selection.ts';
import { readAnalyticsSelection } from './analytics/selection.ts';
import { AnalyticsIntervalType, UsageAnalyticsType } from './analytics/types.ts';
import { createAnalyticsView } from './analytics/view.ts';
import { UsageRecordConnectionType } from './connection.ts';
import { readUsageFilter, UsageRecordFilterInput } from './filter.ts';
import { UsageRecordType } from './types.ts';

builder.queryField('usageRecord', (t) =>
  t.field({
    type: UsageRecordType,
    nullable: true,
    description: "One usage record by the vendor's id; null: there is none. `GET /usage/{id}`",
    args: { recordId: t.arg.id({ required: true, description: "The vendor's id, such as `53e6e0c8e4b0`." }) },
    resolve(_root, { recordId }, { usage }) {
      if (!isUsageRecordId(recordId)) {
        throw new RequestError('BAD_USER_INPUT', "'recordId' must be 1 to 64 of A-Z, a-z, 0-9, _ and -.", {
          argument: 'recordId',
        });
      }
      return usage.getUsageRecord(recordId, null);
    },
  }),
);

builder.queryField('usageRecords', (t) =>
  t.field({
    type: UsageRecordConnectionType,
    nullable: true,
    description: 'Usage records, newest first. The range defaults to the last 7 days. `GET /usage`',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'When. Left out: the last 7 days.' }),
      filter: t.arg({ type: UsageRecordFilterInput, description: 'Which records.' }),
      first: t.arg.int({ description: 'How many, from the newest on or behind `after`.' }),
      after: t.arg.string({ description: 'A cursor of an earlier page: only records behind it.' }),
      last: t.arg.int({ description: 'How many, from the oldest on or ahead of `before`.' }),
      before: t.arg.string({ description: 'A cursor of a later page: only records ahead of it.' }),
    },
    resolve(_root, args, context, info) {
      const { usage, viewer } = context;
      const filter = readUsageFilter(args.filter, viewer);
      const read = (page: PageRequest<UsageFilter>) => usage.listUsageRecords(page);
      const count = (range: Range) => usage.countUsageRecords(range, filter);
      const query = {
        list: 'usageRecords',
        sources: ['USAGE'],
        args,
        filter,
        wantsPage: needsPage(info),
      } as const;
      return readConnection({ ...query, read, count }, context);
    },
  }),
);

builder.queryField('usageAnalytics', (t) =>
  t.field({
    type: UsageAnalyticsType,
    nullable: true,
    description:
      'Calls over time: counts, elements, process times and statuses. `GET /usage/analytics/{activity,activity/elements,times,statuses}`: only those that the selection needs.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, required: true, description: 'When.' }),
      interval: t.arg({
        type: AnalyticsIntervalType,
        description:
          'How long a bucket is. Left out: minutes up to 2 hours, hours up to 3 days, days up to 92, months up to 2 years, else years.',
      }),
      timeZone: t.arg({
        type: 'TimeZone',
        required: true,
        defaultValue: 'UTC',
        description: 'The zone whose calendar and clock the buckets follow.',
      }),
    },
    async resolve(_root, { range, interval, timeZone }, { usage, nowMs }, info) {
      const { series, previous } = readAnalyticsSelection(selectedFields(info));
      const frozen = freezeRange(range, nowMs);
      const request = { range: frozen, interval: interval ?? null, timeZone, series, previous };
      const analytics = await usage.getUsageAnalytics(request);
      return createAnalyticsView(
        analytics,
        previous.map(({ offset }) => offset),
      );
    },
  }),
);
