import type { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';

/** How complete a stretch is; where several hold, the first of these is told. */
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

/** How complete one stretch `[fromMs, toMs)` of one source (and operation, for series) is. */
export interface Coverage {
  readonly source: Source;
  /** The vendor's path template, for series; else null. */
  readonly operation: string | null;
  readonly status: CoverageStatus;
  readonly fromMs: number;
  readonly toMs: number;
  /** When it was read from the vendor, milliseconds since the epoch; null: never. */
  readonly asOfMs: number | null;
  /** Rows looked at, and those of them that the filter kept; null where rows were not looked at (series, failures). */
  readonly scanned: number | null;
  readonly matched: number | null;
  /** Rows that could not be understood. */
  readonly dropped: number;
  readonly code: CoverageCode | null;
  readonly reason: string | null;
}

/** The coverage of a filter that nothing can match: all of it is known, without a call. */
export function coverNothing(source: Source, range: Range): Coverage {
  return {
    source,
    operation: null,
    status: 'COMPLETE',
    ...range,
    asOfMs: null,
    scanned: 0,
    matched: 0,
    dropped: 0,
    code: null,
    reason: 'Nothing can match this filter, so the vendor was not asked.',
  };
}

/** The coverage of a stretch that could not be read. */
export function coverFailure(source: Source, range: Range, error: UpstreamError): Coverage {
  return {
    source,
    operation: null,
    status: 'FAILED',
    ...range,
    asOfMs: null,
    scanned: null,
    matched: null,
    dropped: 0,
    code: error.code === 'SOURCE_NOT_CONFIGURED' ? 'NOT_CONFIGURED' : 'UPSTREAM',
    reason: error.message,
  };
}
