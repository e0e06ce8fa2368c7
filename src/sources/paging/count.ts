import { RequestError } from '../../base/errors.ts';
import type { Range } from '../../base/time.ts';
import type { CoverageStatus } from './coverage.ts';
import { isHeldWhole } from './held-files.ts';
import type { HeldFiles } from './held-files.ts';
import type { Page, PageRequest, TotalCount } from './page.ts';
import type { Position } from './position.ts';
import type { RowStream } from './row-stream.ts';

/** The count of a list whose only page this is. It is as exact as the page's coverage. null: it proves no number. */
export function countPage({ rows, coverage }: Page<unknown>): TotalCount | null {
  const has = (...statuses: readonly CoverageStatus[]) =>
    coverage.some(({ status }) => statuses.includes(status));
  return countAs(rows.length, !has('FAILED', 'TRUNCATED', 'EXPIRED'), has('STALE'));
}

/**
 * null for a count of less than the whole list that holds an earlier answer: the earlier rows may have been deleted, so the number is
 * no lower bound, and others were not read, so it is no estimate.
 */
function countAs(value: number, isWhole: boolean, isStale: boolean): TotalCount | null {
  if (isWhole) return { value, accuracy: isStale ? 'ESTIMATE' : 'EXACT' };
  return isStale ? null : { value, accuracy: 'AT_LEAST' };
}

/**
 * Counts the matching rows by reading all rows of a range; null if the call budget is spent before the first call, or if neither of
 * the last two holds alone.
 * - EXACT: the whole range was read and parsed, and the files, if any, hold all of it.
 * - ESTIMATE: the same, but a part of it comes from an earlier answer, because the vendor failed.
 * - AT_LEAST: a bound stopped the reading, rows were skipped, or the vendor may have deleted rows of that age.
 * @throws UpstreamError
 */
export async function countMatches<Row extends Position>(
  range: Range,
  { read, isMatch, age }: RowStream<Row>,
  maxScannedRows: number,
  nowMs: number,
): Promise<TotalCount | null> {
  let scanned = 0;
  let value = 0;
  let isWhole =
    isHeldWhole(range, age.files) && (age.retentionMs === null || range.fromMs >= nowMs - age.retentionMs);
  let isStale = false;
  try {
    for await (const batch of read({
      range,
      direction: 'DESC',
      after: null,
      wanted: () => maxScannedRows - scanned,
    })) {
      scanned += batch.rows.length + batch.dropped.length;
      value += batch.rows.filter(isMatch).length;
      isWhole &&= batch.dropped.length === 0;
      isStale ||= batch.stale;
      if (batch.ended) return countAs(value, isWhole, isStale);
      if (scanned >= maxScannedRows) break;
    }
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'LIMIT_EXCEEDED') throw error;
    if (scanned === 0) return null;
  }
  return countAs(value, false, isStale);
}

/** The counts that one operation knows without a call, because a page has shown the whole list. */
export interface KnownCounts<Filter> {
  /** Notes the count if the page is the whole list. */
  note(request: PageRequest<Filter>, page: Page<unknown>, files: HeldFiles | null | undefined): void;
  /** undefined: no page has shown the whole list. */
  of(range: Range, filter: Filter): TotalCount | undefined;
}

/** @param keyOf makes a key that names the credential scope */
export function createKnownCounts<Filter>(
  keyOf: (name: string, value: unknown) => string,
): KnownCounts<Filter> {
  const counts = new Map<string, TotalCount>();
  const nameOf = (range: Range, filter: Filter): string => keyOf('count', [range, filter]);
  return {
    note({ range, filter, after }, page, files) {
      const isWhole =
        after === null &&
        !page.hasMore &&
        page.coverage.every(({ dropped }) => dropped === 0) &&
        isHeldWhole(range, files);
      const count = isWhole && countPage(page);
      if (count) counts.set(nameOf(range, filter), count);
    },
    of: (range, filter) => counts.get(nameOf(range, filter)),
  };
}

/** The sum of two counts. null if one is unknown, and for a sum of AT_LEAST and ESTIMATE, because neither describes it. */
export function addCounts(a: TotalCount | null, b: TotalCount | null): TotalCount | null {
  if (!a || !b) return null;
  const value = a.value + b.value;
  if (a.accuracy === 'EXACT') return { value, accuracy: b.accuracy };
  return b.accuracy === 'EXACT' || a.accuracy === b.accuracy ? { value, accuracy: a.accuracy } : null;
}
