import { builder } from '../builder.ts';
import { CoverageType } from '../coverage-type.ts';
import { AnalyticsBucketType } from './analytics-bucket-type.ts';
import { encodeAnalyticsId } from './analytics-id.ts';
import { AnalyticsTotalsType } from './analytics-totals-type.ts';
import type { BucketView, PeriodView } from './analytics-view.ts';

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
