import type { ProcessTime, StatusCounts } from '../../../sources/usage/analytics/analytics.ts';
import { builder } from '../../builder.ts';
import type { FieldEstimate } from '../../cost/estimate.ts';
import { COST } from '../../cost/shape.ts';
import { encodeAnalyticsId } from './view.ts';
import type { PeriodView } from './view.ts';

/** Figures, and what they are figures of: a bucket by its start, or the whole period ('totals'). */
export interface FiguresOf<Figures> {
  readonly figures: Figures;
  readonly view: PeriodView;
  readonly part: number | 'totals';
}

const ID = 'Stable for equal range, interval and zone, for caches that key objects by id.';

/** `ProcessTime` in the graph. */
export const AnalyticsProcessTimeType = builder.objectRef<FiguresOf<ProcessTime>>('ProcessTime').implement({
  description: 'How long calls took, in milliseconds.',
  fields: (t) => ({
    id: t.id({ description: ID, resolve: ({ view, part }) => encodeAnalyticsId('ProcessTime', view, part) }),
    min: t.float({ description: 'The shortest.', resolve: ({ figures }) => figures.min }),
    max: t.float({ description: 'The longest.', resolve: ({ figures }) => figures.max }),
    avg: t.float({ description: 'The mean over all calls.', resolve: ({ figures }) => figures.avg }),
  }),
});

/** `StatusCounts` in the graph. */
export const AnalyticsStatusCountsType = builder
  .objectRef<FiguresOf<StatusCounts>>('StatusCounts')
  .implement({
    description: 'Calls by how they ended.',
    fields: (t) => ({
      id: t.id({
        description: ID,
        resolve: ({ view, part }) => encodeAnalyticsId('StatusCounts', view, part),
      }),
      success: t.field({
        type: 'SafeInt',
        description: 'Calls that succeeded.',
        resolve: ({ figures }) => figures.success,
      }),
      failed: t.field({
        type: 'SafeInt',
        description: 'Calls that failed.',
        resolve: ({ figures }) => figures.failed,
      }),
    }),
  });

/** `ElementCount` in the graph. */
export const AnalyticsElementCountType = builder
  .objectRef<FiguresOf<readonly [key: string, count: number]>>('ElementCount')
  .implement({
    description: 'Calls of one element.',
    fields: (t) => ({
      id: t.id({
        description: ID,
        resolve: ({ figures: [key], view, part }) => encodeAnalyticsId('ElementCount', view, part, key),
      }),
      elementKey: t.string({ description: "The element's key.", resolve: ({ figures: [key] }) => key }),
      count: t.field({
        type: 'SafeInt',
        description: 'Calls of it; 0 where it was not called in this stretch.',
        resolve: ({ figures: [, count] }) => count,
      }),
    }),
  });

/** The arguments of `elements`. */
export interface ElementsArguments {
  readonly top?: number | null | undefined;
  readonly keys?: readonly string[] | null | undefined;
}

/** How many elements there will be is not known unless `keys` names them. So many are charged for at most. */
const ELEMENTS_CHARGED = 25;

/** The cost of `elements`: its series is a part of the estimate of `usageAnalytics`. */
export function estimateElements({ top, keys }: ElementsArguments): FieldEstimate {
  return {
    ...(keys ? { items: keys.length } : {}),
    chargedItems: Math.min(Math.max(top ?? ELEMENTS_CHARGED, 0), ELEMENTS_CHARGED),
    itemCost: COST.element,
  };
}

/** The elements to show of some counts: those that rank in the whole period, with zeros for what was not called here. */
export function listElementCounts(
  counts: ReadonlyMap<string, number> | null,
  view: PeriodView,
  part: number | 'totals',
  args: ElementsArguments,
): readonly FiguresOf<readonly [key: string, count: number]>[] | null {
  if (!counts) return null;
  const keys = view.rank(args.top ?? null, args.keys ?? null);
  return keys.map((key) => ({ figures: [key, counts.get(key) ?? 0] as const, view, part }));
}
