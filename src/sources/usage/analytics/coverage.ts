import { RequestError, UpstreamError } from '../../../base/errors.ts';
import type { Range } from '../../../base/time.ts';
import type { Coverage, CoverageCode } from '../../paging/coverage.ts';
import { cutByFiles, endOf, weighByFiles } from '../../paging/held-files.ts';
import type { HeldFiles } from '../../paging/held-files.ts';
import { SERIES_OPERATIONS } from './analytics.ts';
import type { UsageSeries } from './analytics.ts';
import { joinSpans } from './spans.ts';
import type { ReadSpan } from './spans.ts';

/** What is known of how one series was read. */
export interface SeriesFacts {
  /** They hold the range, oldest first. */
  readonly spans: readonly ReadSpan[];
  readonly dropped: number;
  /** When rows begin whose parts do not add up to their own count. */
  readonly unequalRows: readonly number[];
  /** When buckets begin that speak of other counts than `/usage/analytics/activity`. */
  readonly unequalBuckets: readonly number[];
  /** When rows with calls begin that go on outside the range. */
  readonly cutRows: readonly number[];
  /** A sum passes 2^53 − 1 and is null. */
  readonly isBeyondCounting: boolean;
}

/** When a series is still moving, and how far back it goes. */
export interface CoverageBounds {
  readonly nowMs: number;
  /** The vendor's lag: what is younger may still gain calls. */
  readonly settleMs: number;
  /** How long the vendor is said to keep data; null: not known. */
  readonly retentionMs: number | null;
  /** Files in the vendor's place; null or left out: there are none. */
  readonly files?: HeldFiles | null;
}

/** From when on what was read may still gain calls; Infinity: nowhere. */
export function fillingSince(spans: readonly ReadSpan[], { nowMs, settleMs, files }: CoverageBounds): number {
  const moving = spans.flatMap(({ fromMs, toMs, readAtMs }) => {
    const settledMs = Math.min(readAtMs - settleMs, nowMs - settleMs, files ? endOf(files) : Infinity);
    const sinceMs = Math.max(settledMs, fromMs);
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
  const entries = listByReading(series, range, outcome, bounds);
  const { files } = bounds;
  if (!files || 'code' in outcome) return entries;
  return (
    entries
      // Which part missing rows belong to is unknown.
      .flatMap((entry) => (entry.dropped > 0 ? [entry] : cutByFiles(entry, files)))
      .map((entry) => weighByFiles(entry, files))
  );
}

function listByReading(
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
  const { dropped, isBeyondCounting } = outcome;
  const inside = joinSpans(outcome.spans, bounds.settleMs).flatMap((span) => {
    const [fromMs, toMs] = [clamp(span.fromMs, range), clamp(span.toMs, range)];
    return fromMs < toMs ? [{ ...span, fromMs, toMs }] : [];
  });
  if (dropped > 0 || isBeyondCounting) {
    const asOfMs = Math.min(...inside.map(({ readAtMs }) => readAtMs));
    const reason = joinReasons(
      dropped > 0 ? 'Rows are missing that could not be understood, or that the vendor left out.' : null,
      isBeyondCounting ? 'Sums beyond 2^53 − 1 can not be given exactly and are null.' : null,
      describeDoubts(range, outcome),
    );
    const code = dropped > 0 ? 'ROWS_DROPPED' : 'UPSTREAM';
    return [{ ...entry, ...range, asOfMs, dropped, status: 'TRUNCATED', code, reason }];
  }
  const keptMs = bounds.retentionMs === null ? -Infinity : bounds.nowMs - bounds.retentionMs;
  return inside.toReversed().flatMap((span) => {
    const { readAtMs, stale } = span;
    const expiredMs = clamp(stale ? -Infinity : keptMs, span);
    const fillingMs = clamp(stale ? Infinity : fillingSince([span], bounds), span);
    const statuses = [
      { status: 'FILLING', fromMs: Math.max(fillingMs, expiredMs), toMs: span.toMs },
      { status: stale ? 'STALE' : 'COMPLETE', fromMs: expiredMs, toMs: fillingMs },
      { status: 'EXPIRED', fromMs: span.fromMs, toMs: expiredMs },
    ] as const;
    return statuses
      .filter(({ fromMs, toMs }) => fromMs < toMs)
      .map((part): Coverage => {
        const isShort = !stale && series === 'elements' && countInside(part, outcome.unequalRows) > 0;
        return {
          ...entry,
          ...part,
          status: isShort ? 'TRUNCATED' : part.status,
          asOfMs: readAtMs,
          code: stale || isShort ? 'UPSTREAM' : null,
          reason: joinReasons(
            REASONS[part.status] ?? null,
            describeDoubts(part, outcome),
            isShort ? MAY_BE_MISSING : null,
          ),
        };
      });
  });
}

/** An element of such a name shares its place in the row with the vendor's own field: one of the two is lost. */
const MAY_BE_MISSING = "An element whose key is 'count' or 'timestamp' may be missing.";

/** What speaks against the figures of a stretch, in sentences; null: nothing does. */
function describeDoubts(part: Range, { unequalRows, unequalBuckets, cutRows }: SeriesFacts): string | null {
  const rows = countInside(part, unequalRows);
  const buckets = countInside(part, unequalBuckets);
  return joinReasons(
    rows > 0
      ? `The vendor contradicts itself: in ${rows} of its rows the parts do not add up to 'count'.`
      : null,
    buckets > 0
      ? `The vendor contradicts itself: ${buckets} buckets do not add up to ${SERIES_OPERATIONS.activity}.`
      : null,
    countInside(part, cutRows) > 0
      ? "The range begins or ends inside a row of the vendor's: if the vendor counts the whole row, the figures are too high there."
      : null,
  );
}

function countInside({ fromMs, toMs }: Range, moments: readonly number[]): number {
  return moments.filter((atMs) => atMs >= fromMs && atMs < toMs).length;
}

function joinReasons(...reasons: readonly (string | null)[]): string | null {
  return reasons.filter((reason) => reason !== null).join(' ') || null;
}

function clamp(ms: number, { fromMs, toMs }: Range): number {
  return Math.min(Math.max(ms, fromMs), toMs);
}

/** Why a series is missing, as coverage tells it. */
export interface SeriesFailure {
  readonly code: CoverageCode;
  readonly reason: string;
}

/**
 * What an error that stops one series, and only that one, is to the caller. `ended`: the caller's signal has been raised.
 * @throws the error itself where it is neither the vendor's, the budget's, nor the deadline's
 */
export function readSeriesFailure(error: unknown, ended: boolean): SeriesFailure {
  if (error instanceof UpstreamError) {
    const code = error.code === 'SOURCE_NOT_CONFIGURED' ? 'NOT_CONFIGURED' : 'UPSTREAM';
    return { code, reason: `${error.code}: ${error.message}` };
  }
  if (error instanceof RequestError && error.details.limit === 'maxUpstreamCalls') {
    return { code: 'CALL_BUDGET', reason: error.message };
  }
  if (ended) return { code: 'UPSTREAM', reason: 'The operation ended before the vendor answered.' };
  throw error;
}
