import { RequestError } from '../../base/errors.ts';
import type { Range } from '../../base/time.ts';
import type { PageRequest } from '../../sources/paging/page.ts';
import type { UsageFilter } from '../../sources/usage/filter.ts';
import { builder } from '../builder.ts';
import { isUsageRecordId } from '../global-id.ts';
import { needsPage, readConnection } from '../paging/connection.ts';
import { freezeRange } from '../paging/range.ts';
import { DateTimeRangeInput } from '../paging/types.ts';
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
    description: 'The usage record with this vendor id. Null if there is none. Reads `GET /usage/{id}`.',
    args: { recordId: t.arg.id({ required: true, description: "The vendor's id, such as `53e6e0c8e4b0`." }) },
    resolve(_root, { recordId }, { usage }) {
      if (!isUsageRecordId(recordId)) {
        throw new RequestError(
          'BAD_USER_INPUT',
          "'recordId' must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -.",
          {
            argument: 'recordId',
          },
        );
      }
      return usage.getUsageRecord(recordId, null);
    },
  }),
);

builder.queryField('usageRecords', (t) =>
  t.field({
    type: UsageRecordConnectionType,
    nullable: true,
    description: 'A list of usage records, newest first. Reads `GET /usage`.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'The range of time. Default: the last 7 days.' }),
      filter: t.arg({ type: UsageRecordFilterInput, description: 'Which records to read. Default: all.' }),
      first: t.arg.int({
        description:
          'How many records to read, from the newest on, or after the cursor `after`. Default: `service.limits.defaultPageSize`.',
      }),
      after: t.arg.string({
        description: 'A cursor, such as `endCursor` of the previous page: read the records after it.',
      }),
      last: t.arg.int({
        description:
          'How many records to read, from the oldest back, or before the cursor `before`. The page is still newest first. Do not combine `last` or `before` with `first` or `after`.',
      }),
      before: t.arg.string({
        description: 'A cursor, such as `startCursor` of the next page: read the records before it.',
      }),
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
      'The number of API calls over time, with their elements, process times and statuses. Reads those of `GET /usage/analytics/{activity,activity/elements,times,statuses}` that the selection needs.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, required: true, description: 'The range of time.' }),
      interval: t.arg({
        type: AnalyticsIntervalType,
        description:
          'The length of a bucket. Default: MINUTE for a range of up to 2 hours, HOUR up to 3 days, DAY up to 92 days, MONTH up to 2 years, YEAR for longer ranges.',
      }),
      timeZone: t.arg({
        type: 'TimeZone',
        required: true,
        defaultValue: 'UTC',
        description: 'The time zone whose days and hours the buckets follow.',
      }),
    },
    async resolve(_root, { range, interval, timeZone }, { usage, nowMs }, info) {
      const { series, previous } = readAnalyticsSelection(info);
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
