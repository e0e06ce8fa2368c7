import type { ProcessTime, StatusCounts } from '../../../sources/usage/analytics/analytics.ts';
import { builder } from '../../builder.ts';
import type { FieldEstimate } from '../../cost/estimate.ts';
import { COST } from '../../cost/shape.ts';
import { encodeAnalyticsId } from './view.ts';
import type { PeriodView } from './view.ts';

/** Figures with their period and their part of it: the start of a bucket, or 'totals' for the whole period. */
export interface FiguresOf<Figures> {
  readonly figures: Figures;
  readonly view: PeriodView;
  readonly part: number | 'totals';
}

const ID = 'An id for client caches. It is the same for the same range, interval and time zone.';

export const AnalyticsProcessTimeType = builder.objectRef<FiguresOf<ProcessTime>>('ProcessTime').implement({
  description: 'How long calls took, in milliseconds.',
  fields: (t) => ({
    id: t.id({ description: ID, resolve: ({ view, part }) => encodeAnalyticsId('ProcessTime', view, part) }),
    min: t.float({ description: 'The time of the shortest call.', resolve: ({ figures }) => figures.min }),
    max: t.float({ description: 'The time of the longest call.', resolve: ({ figures }) => figures.max }),
    avg: t.float({ description: 'The mean time of all calls.', resolve: ({ figures }) => figures.avg }),
  }),
});

/** Counts of statuses, and how their id is made if it is selected. */
export interface StatusesView {
  readonly figures: StatusCounts;
  readonly encodeId: () => string;
}

export const StatusCountsType = builder.objectRef<StatusesView>('StatusCounts').implement({
  description: 'How many calls succeeded and failed.',
  fields: (t) => ({
    id: t.id({
      description:
        'An id for client caches. It is the same for the same range, interval and time zone, and for groups also for the same filter and dimensions.',
      resolve: ({ encodeId }) => encodeId(),
    }),
    success: t.field({
      type: 'SafeInt',
      description: 'The number of calls that succeeded.',
      resolve: ({ figures }) => figures.success,
    }),
    failed: t.field({
      type: 'SafeInt',
      description: 'The number of calls that failed.',
      resolve: ({ figures }) => figures.failed,
    }),
  }),
});

export const AnalyticsElementCountType = builder
  .objectRef<FiguresOf<readonly [key: string, count: number]>>('ElementCount')
  .implement({
    description: 'The calls of one element.',
    fields: (t) => ({
      id: t.id({
        description: ID,
        resolve: ({ figures: [key], view, part }) => encodeAnalyticsId('ElementCount', view, part, key),
      }),
      elementKey: t.string({
        description: 'The key of the element, such as `githuboauth`.',
        resolve: ({ figures: [key] }) => key,
      }),
      count: t.field({
        type: 'SafeInt',
        description: 'The number of calls. 0 if the element was not called in this bucket or period.',
        resolve: ({ figures: [, count] }) => count,
      }),
    }),
  });

/** The arguments of `elements`. */
export interface ElementsArguments {
  readonly top?: number | null | undefined;
  readonly keys?: readonly string[] | null | undefined;
}

/** The number of elements is unknown unless `keys` names them. The cost assumes this number at most. */
const ELEMENTS_CHARGED = 25;

/** The cost of `elements`: its series is a part of the estimate of `usageAnalytics`. */
export function estimateElements({ top, keys }: ElementsArguments): FieldEstimate {
  return {
    ...(keys ? { items: keys.length } : {}),
    chargedItems: Math.min(Math.max(top ?? ELEMENTS_CHARGED, 0), ELEMENTS_CHARGED),
    itemCost: COST.element,
  };
}

/** The counts of the elements that rank in the whole period, with zeros for elements that were not called here. */
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
