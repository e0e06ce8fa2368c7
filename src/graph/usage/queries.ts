import { RequestError } from '../../base/errors.ts';
import type { Interval, Range } from '../../base/time.ts';
import type { PageRequest } from '../../sources/paging/page.ts';
import type { AnalyticsRequest } from '../../sources/usage/analytics/analytics.ts';
import type { UsageDimension } from '../../sources/usage/breakdown.ts';
import {
  estimateUsageAnalytics,
  estimateUsageBreakdown,
  estimateUsageList,
  estimateUsageRecords,
} from '../../sources/usage/estimate.ts';
import type { UsageFilter } from '../../sources/usage/filter.ts';
import { isUsageRecordId } from '../../sources/usage/record.ts';
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
import { readAnalyticsSelection } from './analytics/selection.ts';
import { UsageAnalyticsType } from './analytics/types.ts';
import { createAnalyticsView } from './analytics/view.ts';
import { createUsageBreakdownView, UsageBreakdownType, UsageDimensionType } from './breakdown.ts';
import type { UsageBreakdownView } from './breakdown.ts';
import { UsageRecordConnectionType } from './connection.ts';
import { readUsageFilter, UsageRecordFilterInput } from './filter.ts';
import type { UsageRecordFilterShape } from './filter.ts';
import { UsageRecordType } from './types.ts';

builder.queryField('usageRecord', (t) =>
  t.field({
    type: UsageRecordType,
    nullable: true,
    description: 'The usage record with this vendor id. Null if there is none. Reads `GET /usage/{id}`.',
    args: {
      recordId: t.arg.id({
        required: true,
        description: "The vendor's id, such as `53e6e0c8e4b067fd19a9d6ab`.",
      }),
    },
    extensions: {
      estimate: ({ recordId }) => ({
        calls: estimateUsageRecords([{ id: readRecordId(recordId), timestampMs: null }]),
      }),
    },
    resolve: (_root, { recordId }, { usage }) => usage.getUsageRecord(readRecordId(recordId), null),
  }),
);

/** @throws RequestError `BAD_USER_INPUT` for a text that can't be the id of a record */
function readRecordId(recordId: string): string {
  if (isUsageRecordId(recordId)) return recordId;
  throw new RequestError('BAD_USER_INPUT', "'recordId' must be 1 to 64 of A-Z, a-z, 0-9, _ and -.", {
    argument: 'recordId',
  });
}

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
    extensions: {
      estimate: (args, fields, context) =>
        estimateList(readListQuery(args, context), fields, context, (question) =>
          estimateUsageList(question, {
            list: 'usageRecords',
            pageSize: context.pageSizes.usage,
            isCountedByPage: true,
          }),
        ),
    },
    resolve(_root, args, context, info) {
      const { usage } = context;
      const query = readListQuery(args, context);
      const read = (page: PageRequest<UsageFilter>) => usage.listUsageRecords(page);
      const count = (range: Range) => usage.countUsageRecords(range, query.filter);
      return readConnection({ ...query, wantsPage: needsPage(info), read, count }, context);
    },
  }),
);

interface ListArguments extends ConnectionArguments {
  readonly range?: RangeInput | null | undefined;
  readonly filter?: UsageRecordFilterShape | null | undefined;
}

/** The list that the arguments of `usageRecords` ask for. @throws RequestError `FORBIDDEN` */
function readListQuery(
  args: ListArguments,
  { viewer }: Pick<GraphContext, 'viewer'>,
): ListQuery<UsageFilter> {
  return { list: 'usageRecords', sources: ['USAGE'], args, filter: readUsageFilter(args.filter, viewer) };
}

builder.queryField('usageAnalytics', (t) =>
  t.field({
    type: UsageAnalyticsType,
    nullable: true,
    description:
      'The number of API calls over time, with their elements, process times and statuses. Reads those of `GET /usage/analytics/{activity,activity/elements,times,statuses}` that the selection needs.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, required: true, description: 'The range of time.' }),
      interval: t.arg({
        type: IntervalType,
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
    extensions: {
      estimate(args, fields, context) {
        const { nowMs, limits } = context;
        const request = readAnalyticsRequest(args, fields, context);
        const { calls, buckets, rows } = estimateUsageAnalytics(request, nowMs, limits);
        return { calls, sizes: { buckets }, lookup: Math.ceil(rows * COST.row) };
      },
    },
    async resolve(_root, args, context, info) {
      const request = readAnalyticsRequest(args, selectedFields(info), context);
      const analytics = await context.usage.getUsageAnalytics(request);
      return createAnalyticsView(
        analytics,
        request.previous.map(({ offset }) => offset),
      );
    },
  }),
);

interface AnalyticsArguments extends Pick<AnalyticsRequest, 'timeZone'> {
  readonly range: RangeInput;
  readonly interval?: Interval | null | undefined;
}

/** The analytics that the arguments and the selection of `usageAnalytics` ask for. @throws RequestError */
function readAnalyticsRequest(
  { range, interval, timeZone }: AnalyticsArguments,
  fields: readonly SelectedField[],
  context: RangeContext,
): AnalyticsRequest {
  if (range.asKnownAt != null) {
    throw new RequestError(
      'BAD_USER_INPUT',
      "'range.asKnownAt' can't be combined with the vendor's series, which keep no earlier state. Ask usageBreakdown instead.",
      { argument: 'range.asKnownAt' },
    );
  }
  const { series, previous } = readAnalyticsSelection(fields);
  return { range: freezeRange(range, context), interval: interval ?? null, timeZone, series, previous };
}

builder.queryField('usageBreakdown', (t) =>
  t.field({
    type: UsageBreakdownType,
    nullable: true,
    description:
      'Usage records in groups by one to three dimensions, largest first, and with `interval` the buckets of each group. A bounded scan reads the records: coverage says how far it got. Reads `GET /usage`.',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'The range of time. Default: the last 7 days.' }),
      filter: t.arg({ type: UsageRecordFilterInput, description: 'Which records to read. Default: all.' }),
      by: t.arg({
        type: [UsageDimensionType],
        required: true,
        description: 'One to three dimensions, each once. IP_ADDRESS needs `pii:read`.',
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
        return { calls: estimateUsageBreakdown(request), sizes: sizesOf(request), lookup: COST.breakdown };
      },
    },
    async resolve(_root, args, context, info) {
      const request = readBreakdownRequest(args, context);
      const fields = selectedFields(info);
      const breakdown = needsRows(fields)
        ? await context.usage.getUsageBreakdown({ ...request, wanted: wantedFigures(fields, FIGURES) })
        : { groups: [], other: null, coverage: [] };
      return createUsageBreakdownView(request, breakdown);
    },
  }),
);

const FIGURES = { statuses: 'STATUSES', processTime: 'PROCESS_TIME' } as const;

interface BreakdownArguments extends GroupingArguments<UsageDimension> {
  readonly range?: RangeInput | null | undefined;
  readonly filter?: UsageRecordFilterShape | null | undefined;
}

/** The groups that the arguments of `usageBreakdown` ask for. @throws RequestError */
function readBreakdownRequest(
  args: BreakdownArguments,
  context: RangeContext & Pick<EstimateContext, 'viewer' | 'ends' | 'limits'>,
): UsageBreakdownView['request'] {
  const { viewer, nowMs, ends, limits } = context;
  const range = freezeRange(args.range, context, defaultEnd(ends, ['USAGE'], nowMs));
  const filter = readUsageFilter(args.filter, viewer);
  if (args.by.includes('IP_ADDRESS')) refuseMasked(viewer, 'IP_ADDRESS', 'by');
  return { range, filter, ...checkGrouping(args, range, limits) };
}
