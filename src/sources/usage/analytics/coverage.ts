import type { Range } from '../../../base/time.ts';
import { joinOrigins, publishCoverage } from '../../paging/coverage.ts';
import type { Coverage, CoverageCode, CoverageOrigin } from '../../paging/coverage.ts';
import { cutByFiles, endOf, applyFiles } from '../../paging/held-files.ts';
import type { HeldFiles } from '../../paging/held-files.ts';
import { SERIES_OPERATIONS } from './analytics.ts';
import type { UsageSeries } from './analytics.ts';
import { joinSpans } from './spans.ts';
import type { SeriesSpan } from './spans.ts';

/** How one series was read. */
export interface SeriesFacts {
  /** Oldest first; together they hold the range. */
  readonly spans: readonly SeriesSpan[];
  readonly skipped: number;
  /** The starts of rows whose parts do not add up to their own `count`. */
  readonly unequalRows: readonly number[];
  /** The starts of buckets whose counts differ from `/usage/analytics/activity`. */
  readonly unequalBuckets: readonly number[];
  /** Those of them that lack calls, so that the figures are too low. */
  readonly lackingBuckets: readonly number[];
  /** The starts of rows with calls that reach outside of the range. */
  readonly cutRows: readonly number[];
  /** A sum passes 2^53 − 1, so it is null. */
  readonly hasInexactSum: boolean;
}

/** Why a series is missing. */
export interface SeriesFailure {
  readonly code: CoverageCode;
  readonly reason: string;
}

/** When a series settles, and how far back it goes. */
export interface CoverageBounds {
  readonly nowMs: number;
  /** The vendor's lag in milliseconds: a younger part may still gain calls. */
  readonly settleMs: number;
  /** How long the vendor keeps data, by the settings, in milliseconds; null: not known. */
  readonly retentionMs: number | null;
  /** Files that are served instead of the vendor; null or left out: there are none. */
  readonly files?: HeldFiles | null;
}

/** The time from which on these spans may still gain calls; Infinity: they all have settled. */
export function fillingSince(
  spans: readonly Omit<SeriesSpan, 'stale' | 'origin'>[],
  { nowMs, settleMs, files }: CoverageBounds,
): number {
  const moving = spans.flatMap(({ fromMs, toMs, readAtMs }) => {
    const settledMs = Math.min(readAtMs - settleMs, nowMs - settleMs, files ? endOf(files) : Infinity);
    const sinceMs = Math.max(settledMs, fromMs);
    return sinceMs < toMs ? [sinceMs] : [];
  });
  return Math.min(...moving);
}

const REASONS: Readonly<Partial<Record<Coverage['status'], string>>> = {
  EXPIRED: 'Older than the vendor keeps data.',
  STALE: 'The vendor failed; this is an earlier answer.',
};

/** How complete one series is over a range: disjoint spans, newest first. */
export function listSeriesCoverage(
  series: UsageSeries,
  range: Range,
  facts: SeriesFacts | SeriesFailure,
  bounds: CoverageBounds,
): readonly Coverage[] {
  const entries = listByReading(series, range, facts, bounds);
  const { files } = bounds;
  if (!files || 'code' in facts) return publishCoverage(entries);
  return publishCoverage(
    entries
      // Which part has the skipped rows is unknown.
      .flatMap((entry) => (entry.dropped > 0 ? [entry] : cutByFiles(entry, files)))
      .map((entry) => applyFiles(entry, files)),
  );
}

function listByReading(
  series: UsageSeries,
  range: Range,
  facts: SeriesFacts | SeriesFailure,
  bounds: CoverageBounds,
): readonly Coverage[] {
  const entry: Omit<Coverage, 'status' | 'fromMs' | 'toMs'> = {
    source: 'USAGE',
    operation: SERIES_OPERATIONS[series],
    asOfMs: null,
    origin: 'NONE',
    scanned: null,
    matched: null,
    dropped: 0,
    code: null,
    reason: null,
  };
  if ('code' in facts) return [{ ...entry, ...range, ...facts, status: 'FAILED' }];
  const { skipped, hasInexactSum } = facts;
  const originOf = (span: SeriesSpan): CoverageOrigin => (bounds.files ? 'FILE' : span.origin);
  const inside = joinSpans(facts.spans, bounds.settleMs).flatMap((span) => {
    const [fromMs, toMs] = [clamp(span.fromMs, range), clamp(span.toMs, range)];
    return fromMs < toMs ? [{ ...span, fromMs, toMs }] : [];
  });
  if (skipped > 0 || hasInexactSum) {
    const asOfMs = Math.min(...inside.map(({ readAtMs }) => readAtMs));
    const origin = inside.map(originOf).reduce(joinOrigins);
    const reason = joinReasons(
      skipped > 0 ? 'Rows are missing: they could not be parsed, or the vendor left them out.' : null,
      hasInexactSum ? 'Sums above 2^53 − 1 cannot be exact, so they are null.' : null,
      describeDoubts(range, facts),
    );
    const code = skipped > 0 ? 'ROWS_DROPPED' : 'UPSTREAM';
    return [{ ...entry, ...range, asOfMs, origin, dropped: skipped, status: 'TRUNCATED', code, reason }];
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
        const mayLackElements = !stale && series === 'elements' && countInside(part, facts.unequalRows) > 0;
        const lacksCalls = !stale && countInside(part, facts.lackingBuckets) > 0;
        const isTruncated = mayLackElements || lacksCalls;
        return {
          ...entry,
          ...part,
          status: isTruncated ? 'TRUNCATED' : part.status,
          asOfMs: readAtMs,
          origin: originOf(span),
          code: stale || isTruncated ? 'UPSTREAM' : null,
          reason: joinReasons(
            REASONS[part.status] ?? null,
            describeDoubts(part, facts),
            mayLackElements ? MAY_BE_MISSING : null,
          ),
        };
      });
  });
}

/** Elements called 'count' or 'timestamp' share their key with the vendor's own field, so one of the two is lost. */
const MAY_BE_MISSING = "An element whose key is 'count' or 'timestamp' may be missing.";

/** The reasons to doubt the figures of a part, as sentences; null: there are none. */
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
      ? 'The range begins or ends inside of a vendor row. If the vendor counts the whole row, the figures there are too high.'
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
