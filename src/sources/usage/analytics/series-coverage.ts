import type { Range } from '../../../base/range.ts';
import type { Coverage } from '../../walk/coverage.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import type { SeriesFailure } from './series-failure.ts';
import { SERIES_OPERATIONS } from './series-operation.ts';

/** What is known of how one series was read. */
export interface SeriesFacts {
  readonly readAtMs: number;
  /** The vendor failed, and this earlier answer stands in. */
  readonly stale: boolean;
  readonly dropped: number;
  /** When rows begin whose parts do not add up to their own count. */
  readonly unequalRows: readonly number[];
  /** When buckets begin that speak of other counts than `/usage/analytics/activity`. */
  readonly unequalBuckets: readonly number[];
}

/** When a series is still moving, and how far back it goes. */
export interface CoverageBounds {
  readonly nowMs: number;
  /** The vendor's lag: what is younger may still gain calls. */
  readonly settleMs: number;
  /** How long the vendor is said to keep data; null: not known. */
  readonly retentionMs: number | null;
}

/** From when on an answer may still gain calls. */
export function fillingSince(readAtMs: number, { nowMs, settleMs }: CoverageBounds): number {
  return Math.min(readAtMs, nowMs) - settleMs;
}

/** How complete one series is over a range: disjoint stretches, newest first. */
export function listSeriesCoverage(
  series: UsageSeries,
  range: Range,
  outcome: SeriesFacts | SeriesFailure,
  bounds: CoverageBounds,
): readonly Coverage[] {
  const entry: Omit<Coverage, 'status' | 'fromMs' | 'toMs'> = {
    source: 'USAGE',
    operation: SERIES_OPERATIONS[series],
    asOfMs: null,
    scanned: null,
    matched: null,
    dropped: 0,
    code: null,
    reason: null,
  };
  if ('code' in outcome) return [{ ...entry, ...range, ...outcome, status: 'FAILED' }];
  const read = { ...entry, asOfMs: outcome.readAtMs, dropped: outcome.dropped };
  if (outcome.stale) {
    const reason = joinReasons(
      'The vendor failed; an earlier answer stands in.',
      describeUnequal(range, outcome),
    );
    return [{ ...read, ...range, status: 'STALE', code: 'UPSTREAM', reason }];
  }
  if (outcome.dropped > 0) {
    const reason = joinReasons(
      'Rows that could not be understood are missing.',
      describeUnequal(range, outcome),
    );
    return [{ ...read, ...range, status: 'TRUNCATED', code: 'ROWS_DROPPED', reason }];
  }
  const fillingMs = clamp(fillingSince(outcome.readAtMs, bounds), range);
  const keptMs = clamp(bounds.retentionMs === null ? -Infinity : bounds.nowMs - bounds.retentionMs, range);
  const stretches = [
    { status: 'FILLING', fromMs: Math.max(fillingMs, keptMs), toMs: range.toMs },
    { status: 'COMPLETE', fromMs: keptMs, toMs: fillingMs },
    { status: 'EXPIRED', fromMs: range.fromMs, toMs: keptMs },
  ] as const;
  return stretches
    .filter(({ fromMs, toMs }) => fromMs < toMs)
    .map((stretch) => ({
      ...read,
      ...stretch,
      reason: joinReasons(
        stretch.status === 'EXPIRED' ? 'Older than the vendor is said to keep.' : null,
        describeUnequal(stretch, outcome),
      ),
    }));
}

/** Sums of the vendor's that contradict each other within a stretch, in a sentence; null: there are none. */
function describeUnequal(
  { fromMs, toMs }: Range,
  { unequalRows, unequalBuckets }: SeriesFacts,
): string | null {
  const inside = (atMs: number) => atMs >= fromMs && atMs < toMs;
  const rows = unequalRows.filter(inside).length;
  const buckets = unequalBuckets.filter(inside).length;
  return joinReasons(
    rows > 0
      ? `The vendor contradicts itself: in ${rows} of its rows the parts do not add up to 'count'.`
      : null,
    buckets > 0
      ? `The vendor contradicts itself: ${buckets} buckets do not add up to ${SERIES_OPERATIONS.activity}.`
      : null,
  );
}

function joinReasons(...reasons: readonly (string | null)[]): string | null {
  return reasons.filter((reason) => reason !== null).join(' ') || null;
}

function clamp(ms: number, { fromMs, toMs }: Range): number {
  return Math.min(Math.max(ms, fromMs), toMs);
}
