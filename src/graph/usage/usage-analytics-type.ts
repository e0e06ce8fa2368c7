import { builder } from '../builder.ts';
import { CoverageType } from '../coverage-type.ts';
import { AnalyticsBucketType } from './analytics-bucket-type.ts';
import { encodeAnalyticsId } from './analytics-id.ts';
import { AnalyticsIntervalType } from './analytics-interval-type.ts';
import { AnalyticsPeriodType, listBuckets } from './analytics-period-type.ts';
import { AnalyticsTotalsType } from './analytics-totals-type.ts';
import type { AnalyticsView } from './analytics-view.ts';

/** `UsageAnalytics` in the graph. */
export const UsageAnalyticsType = builder.objectRef<AnalyticsView>('UsageAnalytics').implement({
  requires: ['usage:read'],
  description:
    'Calls over time. A series that failed is null in every bucket and in the totals, and told once in coverage, by operation.',
  fields: (t) => ({
    id: t.id({
      description: 'Stable for equal arguments and frozen range.',
      resolve: (view) => encodeAnalyticsId('UsageAnalytics', view),
    }),
    from: t.field({
      type: 'DateTime',
      description: 'Where the range begins, as asked and frozen, not floored; it is in.',
      resolve: ({ period }) => period.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'Where the range ends, as asked and frozen; it is out.',
      resolve: ({ period }) => period.toMs,
    }),
    interval: t.expose('interval', {
      type: AnalyticsIntervalType,
      description: 'How long a bucket is, as asked or chosen.',
    }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description: 'The zone whose calendar and clock the buckets follow.',
    }),
    buckets: t.field({
      type: [AnalyticsBucketType],
      description: 'The buckets, oldest first, none left out.',
      resolve: listBuckets,
    }),
    totals: t.field({
      type: AnalyticsTotalsType,
      description: 'The figures of the whole range.',
      resolve: (view) => view,
    }),
    previous: t.field({
      type: AnalyticsPeriodType,
      nullable: true,
      description:
        'The period before, for comparison: directly before and of the same length (whole months before whole months, whole days before whole days), or `offset` earlier by the calendar of `timeZone`.',
      args: { offset: t.arg({ type: 'Duration', description: 'How much earlier, such as P1Y.' }) },
      resolve: ({ previous }, { offset }) => previous.get(offset ?? null),
    }),
    coverage: t.field({
      type: [CoverageType],
      description: 'How complete each series that was read is, by operation.',
      resolve: ({ period }) => period.coverage,
    }),
  }),
});
