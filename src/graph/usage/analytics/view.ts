import type { Interval } from '../../../base/time.ts';
import type {
  AnalyticsBucket,
  AnalyticsPeriod,
  UsageAnalytics,
} from '../../../sources/usage/analytics/analytics.ts';

/** One period, for the resolvers of its fields. */
export interface PeriodView {
  readonly period: AnalyticsPeriod;
  readonly interval: Interval;
  readonly timeZone: string;
  /** The elements to list, the same for every bucket. */
  readonly rank: RankElements;
}

/** The whole answer, with its earlier periods by their `offset`. */
export interface AnalyticsView extends PeriodView {
  readonly previous: ReadonlyMap<string | null, PeriodView>;
}

/** One bucket and its period. */
export interface BucketView {
  readonly bucket: AnalyticsBucket;
  readonly view: PeriodView;
}

/** The view of an answer. `offsets` are in the order in which the earlier periods were requested. */
export function createAnalyticsView(
  analytics: UsageAnalytics,
  offsets: readonly (string | null)[],
): AnalyticsView {
  const viewOf = (period: AnalyticsPeriod): PeriodView => ({
    period,
    interval: analytics.interval,
    timeZone: analytics.timeZone,
    rank: createElementRanking(period.totals.elements),
  });
  const previous = new Map<string | null, PeriodView>();
  for (const [index, period] of analytics.previous.entries())
    previous.set(offsets[index] ?? null, viewOf(period));
  return { ...viewOf(analytics), previous };
}

/** The elements of a field `elements(top, keys)`, in their order in the answer. */
export type RankElements = (top: number | null, keys: readonly string[] | null) => readonly string[];

/**
 * Ranks the elements of a period by their calls in all of it: the most called first, ties by key (code unit). `keys` lists
 * only these elements, called or not. `top` limits their number. Results are kept, because every bucket asks for the same.
 */
export function createElementRanking(totals: ReadonlyMap<string, number> | null): RankElements {
  const known = new Map<string, readonly string[]>();
  return (top, keys) => {
    const question = JSON.stringify([top, keys]);
    let ranked = known.get(question);
    if (!ranked) {
      ranked = rankElements(totals ?? new Map(), keys ?? [...(totals?.keys() ?? [])]).slice(
        0,
        top ?? undefined,
      );
      known.set(question, ranked);
    }
    return ranked;
  };
}

function rankElements(totals: ReadonlyMap<string, number>, keys: readonly string[]): readonly string[] {
  const countOf = (key: string) => totals.get(key) ?? 0;
  // `<` compares by code unit. The order of a locale would differ between machines.
  return [...new Set(keys)].toSorted((a, b) => countOf(b) - countOf(a) || (a < b ? -1 : 1));
}

/**
 * The id of a part of an answer: equal if, and only if, type, range, interval, time zone and `parts` are equal. So a client
 * cache that keys objects by id shares the parts of two charts over one range, and never mixes two ranges. The id includes
 * the type, because some caches key by id alone.
 */
export function encodeAnalyticsId(
  type: string,
  view: PeriodView,
  ...parts: readonly (string | number)[]
): string {
  const { period, interval, timeZone } = view;
  const text = JSON.stringify([type, period.fromMs, period.toMs, interval, timeZone, ...parts]);
  return Buffer.from(text, 'utf8').toString('base64url');
}
