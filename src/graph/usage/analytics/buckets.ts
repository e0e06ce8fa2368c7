import { builder } from '../../builder.ts';
import {
  AnalyticsElementCountType,
  AnalyticsProcessTimeType,
  AnalyticsStatusCountsType,
  estimateElements,
  listElementCounts,
} from './figures.ts';
import { encodeAnalyticsId } from './view.ts';
import type { BucketView, PeriodView } from './view.ts';

/** `AnalyticsBucket` in the graph. */
export const AnalyticsBucketType = builder.objectRef<BucketView>('AnalyticsBucket').implement({
  description: 'One stretch of a series: all that up to four vendor calls tell of it.',
  fields: (t) => ({
    id: t.id({
      description: 'Stable for equal start, range, interval and zone, for caches that key objects by id.',
      resolve: ({ bucket, view }) => encodeAnalyticsId('AnalyticsBucket', view, bucket.startMs),
    }),
    timestamp: t.field({
      type: 'DateTime',
      description: 'Its start, also where the range cuts it.',
      resolve: ({ bucket }) => bucket.startMs,
    }),
    end: t.field({
      type: 'DateTime',
      description: 'Its end, also where the range cuts it; it is out.',
      resolve: ({ bucket }) => bucket.endMs,
    }),
    cut: t.boolean({
      description: 'The range covers only part of it, and its figures speak of that part.',
      resolve: ({ bucket }) => bucket.cut,
    }),
    filling: t.boolean({ description: 'May still gain calls.', resolve: ({ bucket }) => bucket.filling }),
    count: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'Calls; 0 where there were none. `/usage/analytics/activity`',
      resolve: ({ bucket }) => bucket.count,
    }),
    elements: t.field({
      type: [AnalyticsElementCountType],
      nullable: true,
      description:
        'Calls by element, the same elements in the same order in every bucket: ranked over the whole range, the most called first. `/usage/analytics/activity/elements`',
      args: {
        top: t.arg.int({ description: 'Only so many. Left out: all that were called in the range.' }),
        keys: t.arg.stringList({ description: 'Only these, called or not. An empty list matches nothing.' }),
      },
      extensions: { estimate: estimateElements },
      resolve: ({ bucket, view }, args) => listElementCounts(bucket.elements, view, bucket.startMs, args),
    }),
    processTime: t.field({
      type: AnalyticsProcessTimeType,
      nullable: true,
      description: 'How long its calls took; null where there were none. `/usage/analytics/times`',
      resolve: ({ bucket: { processTime, startMs }, view }) =>
        processTime && { figures: processTime, view, part: startMs },
    }),
    statuses: t.field({
      type: AnalyticsStatusCountsType,
      nullable: true,
      description: 'Its calls by how they ended. `/usage/analytics/statuses`',
      resolve: ({ bucket: { statuses, startMs }, view }) =>
        statuses && { figures: statuses, view, part: startMs },
    }),
  }),
});

/** `AnalyticsTotals` in the graph. */
export const AnalyticsTotalsType = builder.objectRef<PeriodView>('AnalyticsTotals').implement({
  description: 'The figures of a whole period; null where their series failed.',
  fields: (t) => ({
    id: t.id({
      description: 'Stable for equal range, interval and zone, for caches that key objects by id.',
      resolve: (view) => encodeAnalyticsId('AnalyticsTotals', view),
    }),
    count: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'Calls. `/usage/analytics/activity`',
      resolve: ({ period }) => period.totals.count,
    }),
    elements: t.field({
      type: [AnalyticsElementCountType],
      nullable: true,
      description: 'Calls by element, the most called first. `/usage/analytics/activity/elements`',
      args: {
        top: t.arg.int({ description: 'Only so many. Left out: all that were called in the range.' }),
        keys: t.arg.stringList({ description: 'Only these, called or not. An empty list matches nothing.' }),
      },
      extensions: { estimate: estimateElements },
      resolve: (view, args) => listElementCounts(view.period.totals.elements, view, 'totals', args),
    }),
    elementCount: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'How many elements were called. `/usage/analytics/activity/elements`',
      resolve: ({ period }) => period.totals.elements?.size ?? null,
    }),
    processTime: t.field({
      type: AnalyticsProcessTimeType,
      nullable: true,
      description:
        'How long calls took, each call weighing the same; null where there were none. `/usage/analytics/times`',
      resolve: (view) => {
        const figures = view.period.totals.processTime;
        return figures && { figures, view, part: 'totals' as const };
      },
    }),
    statuses: t.field({
      type: AnalyticsStatusCountsType,
      nullable: true,
      description: 'Calls by how they ended. `/usage/analytics/statuses`',
      resolve: (view) => {
        const figures = view.period.totals.statuses;
        return figures && { figures, view, part: 'totals' as const };
      },
    }),
    successRate: t.float({
      nullable: true,
      description:
        'The share of calls that succeeded, 0 to 1; null where nothing was called. `/usage/analytics/statuses`',
      resolve: ({ period }) => {
        const { success = 0, failed = 0 } = period.totals.statuses ?? {};
        return success + failed > 0 ? success / (success + failed) : null;
      },
    }),
  }),
});
