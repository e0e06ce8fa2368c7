import { coverageChannel } from '../../base/channels.ts';
import type { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';

/** How complete a span is, the most severe first. If several apply, the most severe is reported. */
export const COVERAGE_STATUSES = ['FAILED', 'STALE', 'TRUNCATED', 'EXPIRED', 'FILLING', 'COMPLETE'] as const;
export type CoverageStatus = (typeof COVERAGE_STATUSES)[number];

export const COVERAGE_CODES = [
  'SCAN_LIMIT',
  'CALL_BUDGET',
  'UPSTREAM',
  'NOT_CONFIGURED',
  'FORBIDDEN',
  'ROWS_DROPPED',
] as const;
export type CoverageCode = (typeof COVERAGE_CODES)[number];

/** Where a span was read. */
export const COVERAGE_ORIGINS = ['VENDOR', 'CACHE', 'ARCHIVE', 'FILE', 'NONE'] as const;
export type CoverageOrigin = (typeof COVERAGE_ORIGINS)[number];

/** The origin of a span that was read in parts: CACHE only if each part came from a cache. @param before null: no part yet */
export function joinOrigins(before: CoverageOrigin | null, part: CoverageOrigin): CoverageOrigin {
  return before === null || before === part ? part : 'VENDOR';
}

/** How complete the span `[fromMs, toMs)` of one source is; for a series, of one operation. */
export interface Coverage {
  readonly source: Source;
  /** The vendor's path template if the span belongs to a series; null for a list. */
  readonly operation: string | null;
  readonly status: CoverageStatus;
  readonly fromMs: number;
  readonly toMs: number;
  /** When the vendor was asked, in milliseconds since the epoch; null: it was not asked, or it failed. */
  readonly asOfMs: number | null;
  readonly origin: CoverageOrigin;
  /** Rows examined, and how many of them match the filter; null for series and failures, which examine no rows. */
  readonly scanned: number | null;
  readonly matched: number | null;
  /** Rows that are missing: they could not be parsed, or the vendor left them out of a series. */
  readonly dropped: number;
  readonly code: CoverageCode | null;
  readonly reason: string | null;
}

/** The coverage of a filter that no row can match: complete without a call. */
export function coverNothing(source: Source, range: Range): Coverage {
  return {
    source,
    operation: null,
    status: 'COMPLETE',
    ...range,
    asOfMs: null,
    origin: 'NONE',
    scanned: 0,
    matched: 0,
    dropped: 0,
    code: null,
    reason: 'Nothing can match this filter, so the vendor was not asked.',
  };
}

/** Tells those who watch the service of new coverage, and gives it back. */
export function publishCoverage<List extends readonly Coverage[]>(coverage: List): List {
  if (coverageChannel.hasSubscribers) for (const entry of coverage) coverageChannel.publish(entry);
  return coverage;
}

/** The coverage of a span that could not be read. */
export function coverFailure(source: Source, range: Range, error: UpstreamError): Coverage {
  const failed: Coverage = {
    source,
    operation: null,
    status: 'FAILED',
    ...range,
    asOfMs: null,
    origin: 'NONE',
    scanned: null,
    matched: null,
    dropped: 0,
    code: error.code === 'SOURCE_NOT_CONFIGURED' ? 'NOT_CONFIGURED' : 'UPSTREAM',
    reason: error.message,
  };
  publishCoverage([failed]);
  return failed;
}
