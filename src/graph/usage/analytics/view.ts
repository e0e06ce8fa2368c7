import type { Interval } from '../../../base/time.ts';
import type {
  AnalyticsBucket,
  AnalyticsPeriod,
  UsageAnalytics,
} from '../../../sources/usage/analytics/analytics.ts';

/** One period as its fields see it. */
export interface PeriodView {
  readonly period: AnalyticsPeriod;
  readonly interval: Interval;
  readonly timeZone: string;
  /** Which elements to show, the same for every bucket. */
  readonly rank: RankElements;
}

/** The whole answer, its earlier periods by the `offset` that asked for them. */
export interface AnalyticsView extends PeriodView {
  readonly previous: ReadonlyMap<string | null, PeriodView>;
}

/** One bucket, and the period that it is a part of. */
export interface BucketView {
  readonly bucket: AnalyticsBucket;
  readonly view: PeriodView;
}

/** An answer as the graph gives it out; `offsets` in the order in which the earlier periods were asked for. */
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

/** The elements of a field `elements(top, keys)`, in the order to give them out. */
export type RankElements = (top: number | null, keys: readonly string[] | null) => readonly string[];

/**
 * Ranks the elements of a period by their calls over all of it, the most called first, ties by key (code unit). `keys`
 * narrows to these, called or not; `top` to the first so many. Equal questions are answered once: each bucket asks.
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
  // `<` compares by code unit; a locale's order would differ from machine to machine.
  return [...new Set(keys)].toSorted((a, b) => countOf(b) - countOf(a) || (a < b ? -1 : 1));
}

/**
 * The id of a part of an answer: equal for equal type, frozen range, interval, zone and `parts`, and for nothing else. So a
 * client's cache that keys objects by id holds two charts over one range as one, and never mixes two ranges. It begins with
 * the type for caches that key by id alone.
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
