import { readFragment } from '../generated/fragment-masking.ts';
import { graphql } from '../generated/gql.ts';
import type { ActivityRibbonQuery, EventCategoriesQuery } from '../generated/graphql.ts';
import { usePanelQuery } from '../graph/use-panel-query.ts';
import type { PanelAnswer } from '../graph/use-panel-query.ts';
import { COVERAGE_FIELDS } from '../parts/coverage.tsx';
import { useRange } from '../state/use-range.ts';
import type { Interval, Span } from '../time/span.ts';
import { writeBucket, writeCount, writeMany } from '../time/words.ts';

const CALLS = graphql(`
  query ActivityRibbon($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!) {
    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
      id
      buckets {
        id
        timestamp
        end
        filling
        count
        statuses {
          id
          failed
        }
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

const EVENTS = graphql(`
  query EventCategories($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!) {
    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 8) {
      from
      to
      groups {
        key {
          value
        }
        count
        buckets {
          timestamp
          end
          count
        }
      }
      other {
        count
        buckets {
          count
        }
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

function useVariables() {
  const { range, ribbonInterval, timeZone } = useRange();
  return { range, interval: ribbonInterval, timeZone };
}

/** The calls of the ribbon. */
export const useCallActivity = (pause: boolean): PanelAnswer<ActivityRibbonQuery> =>
  usePanelQuery(CALLS, useVariables(), { pause });

/**
 * Events over time by category. They have no series of the vendor's: the graph reads them all, as far as one scan gets. So the ribbon and
 * the overview's panel ask the same question, and it is asked once.
 */
export const useEventCategories = (pause = false): PanelAnswer<EventCategoriesQuery> =>
  usePanelQuery(EVENTS, useVariables(), { pause });

/** What both sources did in one bucket. */
export interface Activity extends Span {
  /** null: unknown, which is not zero. */
  readonly calls: number | null;
  readonly failed: number | null;
  readonly events: number | null;
  readonly isFilling: boolean;
}

/** Puts both answers beside each other. Each may be missing, or still be that of an earlier range. */
export function readActivity(
  usage: ActivityRibbonQuery['usageAnalytics'] | undefined,
  categories: EventCategoriesQuery['eventBreakdown'] | undefined,
): readonly Activity[] {
  const coverage = readFragment(COVERAGE_FIELDS, categories?.coverage ?? []);
  // A breakdown leaves what was not read at zero, which is not known to be zero.
  const isUnread = (fromMs: number, toMs: number): boolean =>
    coverage.some(
      ({ status, scanned, from, to }) =>
        (status === 'FAILED' || (status === 'TRUNCATED' && scanned === 0)) &&
        Date.parse(from) < toMs &&
        Date.parse(to) > fromMs,
    );
  const events = new Map<number, { count: number; toMs: number }>();
  for (const of of [...(categories?.groups ?? []), ...(categories?.other ? [categories.other] : [])])
    for (const [at, { count }] of (of.buckets ?? []).entries()) {
      const bucket = categories?.groups[0]?.buckets?.[at];
      if (!bucket) continue;
      const fromMs = Date.parse(bucket.timestamp);
      events.set(fromMs, {
        count: count + (events.get(fromMs)?.count ?? 0),
        toMs: Date.parse(bucket.end),
      });
    }
  const known = (fromMs: number, toMs: number, count: number | null): number | null =>
    !count && isUnread(fromMs, toMs) ? null : count;
  if (!usage) {
    return [...events].map(([fromMs, { count, toMs }]) => ({
      fromMs,
      toMs,
      calls: null,
      failed: null,
      events: known(fromMs, toMs, count),
      isFilling: false,
    }));
  }
  const isRead = (fromMs: number, toMs: number): boolean =>
    categories != null && fromMs < Date.parse(categories.to) && toMs > Date.parse(categories.from);
  return usage.buckets.map(({ timestamp, end, count, statuses, filling }) => {
    const [fromMs, toMs] = [Date.parse(timestamp), Date.parse(end)];
    return {
      fromMs,
      toMs,
      calls: count,
      failed: statuses?.failed ?? null,
      // Without a group there was no event at all.
      events: known(fromMs, toMs, events.get(fromMs)?.count ?? (isRead(fromMs, toMs) ? 0 : null)),
      isFilling: filling,
    };
  });
}

const NAMES = { calls: 'call', events: 'event' } as const;

/** The number of calls or events in all buckets, in words. */
export function writeSum(buckets: readonly Activity[], of: 'calls' | 'events'): string {
  const known = buckets.flatMap((bucket) => bucket[of] ?? []);
  return known.length === 0 && buckets.length > 0
    ? `an unknown number of ${of}`
    : writeMany(
        known.reduce((sum, each) => sum + each, 0),
        NAMES[of],
      );
}

export function describeActivity(bucket: Activity, interval: Interval, timeZone: string): string {
  const words = [
    writeBucket(bucket.fromMs, interval, timeZone),
    bucket.calls === null ? 'calls unknown' : writeMany(bucket.calls, 'call'),
    bucket.failed ? `${writeCount(bucket.failed)} failed` : '',
    bucket.events === null ? '' : writeMany(bucket.events, 'event'),
    bucket.isFilling ? 'still filling' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}
