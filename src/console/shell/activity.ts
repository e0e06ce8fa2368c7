import { graphql } from '../generated/gql.ts';
import type { ActivityRibbonQuery } from '../generated/graphql.ts';
import type { Interval, Span } from '../time/span.ts';
import { writeBucket, writeCount } from '../time/words.ts';

export const ACTIVITY_RIBBON = graphql(`
  query ActivityRibbon(
    $range: DateTimeRange!
    $interval: Interval!
    $timeZone: TimeZone!
    $withUsage: Boolean!
    $withEvents: Boolean!
  ) {
    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) @include(if: $withUsage) {
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
    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 1)
      @include(if: $withEvents) {
      groups {
        buckets {
          timestamp
          end
          count
        }
      }
      other {
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

/** What both sources did in one bucket. */
export interface Activity extends Span {
  /** null: unknown, which is not zero. */
  readonly calls: number | null;
  readonly failed: number | null;
  readonly events: number | null;
  readonly isFilling: boolean;
}

export function readActivity({ usageAnalytics, eventBreakdown }: ActivityRibbonQuery): readonly Activity[] {
  const events = new Map<number, { count: number; toMs: number }>();
  const first = eventBreakdown?.groups[0]?.buckets ?? [];
  const others = eventBreakdown?.other?.buckets ?? [];
  for (const [at, { timestamp, end, count }] of first.entries()) {
    events.set(Date.parse(timestamp), { count: count + (others[at]?.count ?? 0), toMs: Date.parse(end) });
  }
  if (!usageAnalytics) {
    return [...events].map(([fromMs, { count, toMs }]) => ({
      fromMs,
      toMs,
      calls: null,
      failed: null,
      events: count,
      isFilling: false,
    }));
  }
  return usageAnalytics.buckets.map(({ timestamp, end, count, statuses, filling }) => ({
    fromMs: Date.parse(timestamp),
    toMs: Date.parse(end),
    calls: count,
    failed: statuses?.failed ?? null,
    events: eventBreakdown ? (events.get(Date.parse(timestamp))?.count ?? 0) : null,
    isFilling: filling,
  }));
}

export function describeActivity(bucket: Activity, interval: Interval, timeZone: string): string {
  const words = [
    writeBucket(bucket.fromMs, interval, timeZone),
    bucket.calls === null ? 'calls unknown' : `${writeCount(bucket.calls)} calls`,
    bucket.failed ? `${writeCount(bucket.failed)} failed` : '',
    bucket.events === null ? '' : `${writeCount(bucket.events)} events`,
    bucket.isFilling ? 'still filling' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}
