import { builder } from '../builder.ts';
import {
  AnalyticsElementCountType,
  AnalyticsProcessTimeType,
  AnalyticsStatusCountsType,
  listElementCounts,
} from './analytics-figure-types.ts';
import { encodeAnalyticsId } from './analytics-id.ts';
import type { PeriodView } from './analytics-view.ts';

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
