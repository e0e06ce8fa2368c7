import { builder } from '../builder.ts';
import { DateTimeRangeInput } from '../paging/date-time-range-input.ts';
import { freezeRange } from '../paging/freeze-range.ts';
import { AnalyticsIntervalType } from './analytics-interval-type.ts';
import { readAnalyticsSelection } from './analytics-selection.ts';
import { createAnalyticsView } from './analytics-view.ts';
import { UsageAnalyticsType } from './usage-analytics-type.ts';

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
