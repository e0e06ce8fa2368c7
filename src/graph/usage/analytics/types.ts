import { builder } from '../../builder.ts';
import { CoverageType } from '../../coverage.ts';
import { AnalyticsBucketType, AnalyticsTotalsType } from './buckets.ts';
import { encodeAnalyticsId } from './view.ts';
import type { AnalyticsView, BucketView, PeriodView } from './view.ts';

/** `Interval` in the graph. */
export const AnalyticsIntervalType = builder.enumType('Interval', {
  description: 'How long a bucket of a series is.',
  values: {
    YEAR: { description: 'A calendar year.' },
    QUARTER: { description: 'Three calendar months, from January, April, July or October.' },
    MONTH: { description: 'A calendar month.' },
    WEEK: { description: 'An ISO week, from Monday.' },
    DAY: { description: 'A calendar day; 23 or 25 hours where clocks change.' },
    HOUR: { description: "An hour as the zone's clock shows it; one that comes twice is two buckets." },
    MINUTE: { description: 'A minute.' },
    SECOND: { description: 'A second.' },
  } as const,
});

/** `AnalyticsPeriod` in the graph. */
export const AnalyticsPeriodType = builder.objectRef<PeriodView>('AnalyticsPeriod').implement({
  description: 'An earlier period, in buckets of the same interval and zone.',
  fields: (t) => ({
    id: t.id({
      description: 'Stable for equal range, interval and zone, for caches that key objects by id.',
      resolve: (view) => encodeAnalyticsId('AnalyticsPeriod', view),
    }),
    from: t.field({
      type: 'DateTime',
      description: 'Where it begins; it is in.',
      resolve: ({ period }) => period.fromMs,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'Where it ends; it is out.',
      resolve: ({ period }) => period.toMs,
    }),
    buckets: t.field({
      type: [AnalyticsBucketType],
      description: 'Its buckets, oldest first, none left out.',
      resolve: listBuckets,
    }),
    totals: t.field({
      type: AnalyticsTotalsType,
      description: 'The figures of the whole period.',
      resolve: (view) => view,
    }),
    coverage: t.field({
      type: [CoverageType],
      description: 'How complete each series that was read is, by operation.',
      resolve: ({ period }) => period.coverage,
    }),
  }),
});

/** The buckets of a period, each knowing its period. */
export function listBuckets(view: PeriodView): BucketView[] {
  return view.period.buckets.map((bucket) => ({ bucket, view }));
}

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
