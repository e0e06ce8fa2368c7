import type { Range } from '../../../base/range.ts';
import type { Coverage } from '../../walk/coverage.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import type { ReadStretch } from './read-stretches.ts';
import type { SeriesFailure } from './series-failure.ts';
import { SERIES_OPERATIONS } from './series-operation.ts';

/** What is known of how one series was read. */
export interface SeriesFacts {
  /** They hold the range, oldest first. */
  readonly stretches: readonly ReadStretch[];
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

/** From when on what was read may still gain calls; Infinity: nowhere. */
export function fillingSince(stretches: readonly ReadStretch[], { nowMs, settleMs }: CoverageBounds): number {
  const moving = stretches.flatMap(({ fromMs, toMs, readAtMs }) => {
    const sinceMs = Math.max(Math.min(readAtMs, nowMs) - settleMs, fromMs);
    return sinceMs < toMs ? [sinceMs] : [];
  });
  return Math.min(...moving);
}

const REASONS: Readonly<Partial<Record<Coverage['status'], string>>> = {
  EXPIRED: 'Older than the vendor is said to keep.',
  STALE: 'The vendor failed; an earlier answer stands in.',
};

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
  const { stretches, dropped } = outcome;
  const inside = stretches.flatMap((stretch) => {
    const [fromMs, toMs] = [clamp(stretch.fromMs, range), clamp(stretch.toMs, range)];
    return fromMs < toMs ? [{ ...stretch, fromMs, toMs }] : [];
  });
  if (dropped > 0) {
    const asOfMs = Math.min(...inside.map(({ readAtMs }) => readAtMs));
    const reason = joinReasons(
      'Rows that could not be understood are missing.',
      describeUnequal(range, outcome),
    );
    return [{ ...entry, ...range, asOfMs, dropped, status: 'TRUNCATED', code: 'ROWS_DROPPED', reason }];
  }
  const keptMs = bounds.retentionMs === null ? -Infinity : bounds.nowMs - bounds.retentionMs;
  return inside.toReversed().flatMap((stretch) => {
    const { readAtMs, stale } = stretch;
    const expiredMs = clamp(stale ? -Infinity : keptMs, stretch);
    const fillingMs = clamp(stale ? Infinity : fillingSince([stretch], bounds), stretch);
    const statuses = [
      { status: 'FILLING', fromMs: Math.max(fillingMs, expiredMs), toMs: stretch.toMs },
      { status: stale ? 'STALE' : 'COMPLETE', fromMs: expiredMs, toMs: fillingMs },
      { status: 'EXPIRED', fromMs: stretch.fromMs, toMs: expiredMs },
    ] as const;
    return statuses
      .filter(({ fromMs, toMs }) => fromMs < toMs)
      .map((part): Coverage => ({
        ...entry,
        ...part,
        asOfMs: readAtMs,
        code: stale ? 'UPSTREAM' : null,
        reason: joinReasons(REASONS[part.status] ?? null, describeUnequal(part, outcome)),
      }));
  });
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
