import { builder } from '../../builder.ts';
import { CoverageType } from '../../coverage.ts';
import { IntervalType } from '../../interval.ts';
import { AnalyticsBucketType, AnalyticsTotalsType } from './buckets.ts';
import { encodeAnalyticsId } from './view.ts';
import type { AnalyticsView, BucketView, PeriodView } from './view.ts';

const AnalyticsPeriodType = builder.objectRef<PeriodView>('AnalyticsPeriod').implement({
  description: 'An earlier period, in buckets of the same interval and time zone.',
  fields: (t) => ({
    id: t.id({
      description: 'An id for client caches. It is the same for the same range, interval and time zone.',
      resolve: (view) => encodeAnalyticsId('AnalyticsPeriod', view),
    }),
    from: t.field({
      type: 'DateTime',
      description: 'Start of the period (inclusive).',
      resolve: ({ period }) => period.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End of the period (exclusive).',
      resolve: ({ period }) => period.toMs,
    }),
    buckets: t.field({
      type: [AnalyticsBucketType],
      description: 'All buckets of the period, oldest first, including empty ones.',
      resolve: listBuckets,
    }),
    totals: t.field({
      type: AnalyticsTotalsType,
      description: 'The figures of the whole period.',
      resolve: (view) => view,
    }),
    coverage: t.field({
      type: [CoverageType],
      description: 'How complete the answer is, with separate entries for each series (`operation`).',
      resolve: ({ period }) => period.coverage,
    }),
  }),
});

export const UsageAnalyticsType = builder.objectRef<AnalyticsView>('UsageAnalytics').implement({
  description:
    'Calls over time. If a series failed, its fields are null in every bucket and in the totals, and coverage says why.',
  requires: ['usage:read'],
  fields: (t) => ({
    id: t.id({
      description: 'An id for client caches. It is the same for the same range, interval and time zone.',
      resolve: (view) => encodeAnalyticsId('UsageAnalytics', view),
    }),
    from: t.field({
      type: 'DateTime',
      description: 'Start of the range (inclusive). It is not rounded to the start of a bucket.',
      resolve: ({ period }) => period.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End of the range (exclusive).',
      resolve: ({ period }) => period.toMs,
    }),
    interval: t.expose('interval', {
      type: IntervalType,
      description: 'The length of a bucket, as requested or chosen by default.',
    }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description: 'The time zone whose days and hours the buckets follow.',
    }),
    buckets: t.field({
      type: [AnalyticsBucketType],
      description: 'All buckets, oldest first, including empty ones.',
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
        'An earlier period to compare with. With `offset`, it is that much earlier in the calendar of `timeZone`. Without, it is the period of the same length directly before: a range of whole months is compared with as many whole months, a range of whole days with as many whole days.',
      args: {
        offset: t.arg({ type: 'Duration', description: 'How much earlier the period is, such as `P1Y`.' }),
      },
      resolve: ({ previous }, { offset }) => previous.get(offset ?? null),
    }),
    coverage: t.field({
      type: [CoverageType],
      description: 'How complete the answer is, with separate entries for each series (`operation`).',
      resolve: ({ period }) => period.coverage,
    }),
  }),
});

/** The buckets of a period, each with its period. */
function listBuckets(view: PeriodView): BucketView[] {
  return view.period.buckets.map((bucket) => ({ bucket, view }));
}
