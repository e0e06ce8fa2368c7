import { builder } from '../../builder.ts';
import {
  AnalyticsElementCountType,
  AnalyticsProcessTimeType,
  estimateElements,
  listElementCounts,
  StatusCountsType,
} from './figures.ts';
import { encodeAnalyticsId } from './view.ts';
import type { BucketView, PeriodView } from './view.ts';

export const AnalyticsBucketType = builder.objectRef<BucketView>('AnalyticsBucket').implement({
  description: 'One bucket of a series, merged from up to four vendor calls.',
  fields: (t) => ({
    id: t.id({
      description:
        'An id for client caches. It is the same for the same start, range, interval and time zone.',
      resolve: ({ bucket, view }) => encodeAnalyticsId('AnalyticsBucket', view, bucket.startMs),
    }),
    timestamp: t.field({
      type: 'DateTime',
      description: 'Start of the bucket (inclusive). It may lie before the range: see `cut`.',
      resolve: ({ bucket }) => bucket.startMs,
    }),
    end: t.field({
      type: 'DateTime',
      description: 'End of the bucket (exclusive). It may lie after the range: see `cut`.',
      resolve: ({ bucket }) => bucket.endMs,
    }),
    cut: t.boolean({
      description: 'True if the range covers only a part of the bucket. Its figures are for that part.',
      resolve: ({ bucket }) => bucket.cut,
    }),
    filling: t.boolean({
      description: 'True if the vendor may still add calls to this bucket.',
      resolve: ({ bucket }) => bucket.filling,
    }),
    count: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'The number of calls. Null if the series failed. From `/usage/analytics/activity`.',
      resolve: ({ bucket }) => bucket.count,
    }),
    elements: t.field({
      type: [AnalyticsElementCountType],
      nullable: true,
      description:
        'Calls by element. Every bucket lists the same elements in the same order: the most called in the whole period first. Null if the series failed. From `/usage/analytics/activity/elements`.',
      args: {
        top: t.arg.int({
          description: 'How many elements to list. Default: all that were called in the period.',
        }),
        keys: t.arg.stringList({
          description:
            'List only these elements, even if they were not called. An empty list matches nothing.',
        }),
      },
      extensions: { estimate: estimateElements },
      resolve: ({ bucket, view }, args) => listElementCounts(bucket.elements, view, bucket.startMs, args),
    }),
    processTime: t.field({
      type: AnalyticsProcessTimeType,
      nullable: true,
      description:
        'How long the calls took. Null if there were none or if the series failed. From `/usage/analytics/times`.',
      resolve: ({ bucket: { processTime, startMs }, view }) =>
        processTime && { figures: processTime, view, part: startMs },
    }),
    statuses: t.field({
      type: StatusCountsType,
      nullable: true,
      description:
        'How many calls succeeded and failed. Null if the series failed. From `/usage/analytics/statuses`.',
      resolve: ({ bucket: { statuses, startMs }, view }) =>
        statuses && {
          figures: statuses,
          encodeId: () => encodeAnalyticsId('StatusCounts', view, startMs),
        },
    }),
  }),
});

export const AnalyticsTotalsType = builder.objectRef<PeriodView>('AnalyticsTotals').implement({
  description: 'The figures of a whole period.',
  fields: (t) => ({
    id: t.id({
      description: 'An id for client caches. It is the same for the same range, interval and time zone.',
      resolve: (view) => encodeAnalyticsId('AnalyticsTotals', view),
    }),
    count: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'The number of calls. Null if the series failed. From `/usage/analytics/activity`.',
      resolve: ({ period }) => period.totals.count,
    }),
    elements: t.field({
      type: [AnalyticsElementCountType],
      nullable: true,
      description:
        'Calls by element, the most called first. Null if the series failed. From `/usage/analytics/activity/elements`.',
      args: {
        top: t.arg.int({
          description: 'How many elements to list. Default: all that were called in the period.',
        }),
        keys: t.arg.stringList({
          description:
            'List only these elements, even if they were not called. An empty list matches nothing.',
        }),
      },
      extensions: { estimate: estimateElements },
      resolve: (view, args) => listElementCounts(view.period.totals.elements, view, 'totals', args),
    }),
    elementCount: t.field({
      type: 'SafeInt',
      nullable: true,
      description:
        'How many different elements were called. Null if the series failed. From `/usage/analytics/activity/elements`.',
      resolve: ({ period }) => period.totals.elements?.size ?? null,
    }),
    processTime: t.field({
      type: AnalyticsProcessTimeType,
      nullable: true,
      description:
        'How long the calls took. Every call has the same weight. Null if there were none or if the series failed. From `/usage/analytics/times`.',
      resolve: (view) => {
        const figures = view.period.totals.processTime;
        return figures && { figures, view, part: 'totals' as const };
      },
    }),
    statuses: t.field({
      type: StatusCountsType,
      nullable: true,
      description:
        'How many calls succeeded and failed. Null if the series failed. From `/usage/analytics/statuses`.',
      resolve: (view) => {
        const figures = view.period.totals.statuses;
        return figures && { figures, encodeId: () => encodeAnalyticsId('StatusCounts', view, 'totals') };
      },
    }),
    successRate: t.float({
      nullable: true,
      description:
        'The share of calls that succeeded, from 0 to 1. Null if there were none or if the series failed. From `/usage/analytics/statuses`.',
      resolve: ({ period }) => {
        const { success = 0, failed = 0 } = period.totals.statuses ?? {};
        return success + failed > 0 ? success / (success + failed) : null;
      },
    }),
  }),
});
