import { COVERAGE_STATUSES } from '../../sources/paging/coverage.ts';
import type { CoverageCode, CoverageOrigin, CoverageStatus } from '../../sources/paging/coverage.ts';
import type { Source } from '../../base/source.ts';

/** A `Coverage` as the graph answers it. Times are RFC 3339 in UTC with milliseconds, so that they compare as text. */
export interface CoverageAnswer {
  readonly source: Source;
  readonly operation: string | null;
  readonly status: CoverageStatus;
  readonly from: string;
  readonly to: string;
  readonly asOf: string | null;
  readonly origin: CoverageOrigin;
  readonly scanned: number | null;
  readonly matched: number | null;
  readonly dropped: number;
  readonly code: CoverageCode | null;
  readonly reason: string | null;
}

/** The coverage of all pages of an export so far. */
export interface CoverageLog {
  /** Adds the coverage of a page, which goes on from the page before. */
  add(entries: readonly CoverageAnswer[]): void;
  /** One entry for each source and each span that differs from its neighbours, newest first. */
  list(): readonly CoverageAnswer[];
  /** The oldest time that was examined of a source; null: none. */
  reached(source: Source): string | null;
  /** Whether each span so far is COMPLETE or FILLING. */
  isWhole(): boolean;
}

/** Spans of one source. An export with more has the worst of the oldest ones joined, so that its memory stays flat. */
export const MAX_SPANS = 1_000;

const WHOLE: readonly CoverageStatus[] = ['COMPLETE', 'FILLING'];

export function createCoverageLog(): CoverageLog {
  const spans = new Map<Source, CoverageAnswer[]>();
  let isWhole = true;
  const addOne = (entry: CoverageAnswer): void => {
    isWhole &&= WHOLE.includes(entry.status);
    const known = spans.get(entry.source) ?? [];
    spans.set(entry.source, known);
    const newer = known.at(-1);
    const joins = newer && newer.from <= entry.to && (isAlike(newer, entry) || known.length >= MAX_SPANS);
    if (newer && joins) known[known.length - 1] = join(newer, entry);
    else known.push(entry);
  };
  return {
    add: (entries) => entries.forEach(addOne),
    list: () => [...spans.values()].flat().toSorted((a, b) => (a.to === b.to ? 0 : a.to > b.to ? -1 : 1)),
    reached: (source) => spans.get(source)?.at(-1)?.from ?? null,
    isWhole: () => isWhole,
  };
}

function isAlike(a: CoverageAnswer, b: CoverageAnswer): boolean {
  const isSame = a.status === b.status && a.code === b.code && a.origin === b.origin;
  // The reason of skipped rows counts them.
  return isSame && (a.reason === b.reason || a.code === 'ROWS_DROPPED');
}

function join(newer: CoverageAnswer, older: CoverageAnswer): CoverageAnswer {
  const dropped = newer.dropped + older.dropped;
  const isWorse = COVERAGE_STATUSES.indexOf(older.status) < COVERAGE_STATUSES.indexOf(newer.status);
  const { status, code, reason, origin } = isWorse ? older : newer;
  return {
    ...newer,
    status,
    code,
    origin,
    reason:
      newer.reason === older.reason || isWorse || code !== 'ROWS_DROPPED'
        ? reason
        : `${dropped} rows could not be parsed.`,
    from: older.from < newer.from ? older.from : newer.from,
    asOf: combine(newer.asOf, older.asOf, (a, b) => (a < b ? a : b)),
    scanned: combine(newer.scanned, older.scanned, (a, b) => a + b),
    matched: combine(newer.matched, older.matched, (a, b) => a + b),
    dropped,
  };
}

function combine<Value>(a: Value | null, b: Value | null, by: (a: Value, b: Value) => Value): Value | null {
  return a === null || b === null ? null : by(a, b);
}
