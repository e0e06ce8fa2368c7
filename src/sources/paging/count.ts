import { RequestError } from '../../base/errors.ts';
import type { Range } from '../../base/time.ts';
import type { CoverageStatus } from './coverage.ts';
import { isHeldWhole } from './held-files.ts';
import type { Page, TotalCount } from './page.ts';
import type { Position } from './position.ts';
import type { RowStream } from './row-stream.ts';

/** A count of all rows that a page has given, which is the whole list: no surer than what was read of it. */
export function countPage({ rows, coverage }: Page<unknown>): TotalCount {
  const has = (...statuses: readonly CoverageStatus[]) =>
    coverage.some(({ status }) => statuses.includes(status));
  const accuracy = has('FAILED', 'TRUNCATED', 'EXPIRED') ? 'AT_LEAST' : has('STALE') ? 'ESTIMATE' : 'EXACT';
  return { value: rows.length, accuracy };
}

/**
 * Counts by walking. EXACT: the whole range was walked and understood, and lies in a file if files are served; ESTIMATE: so it was, but an earlier answer stands in
 * for a part of it; AT_LEAST: a bound stopped the walk, or the vendor may have dropped what is so old. null: the call budget
 * leaves nothing to count with.
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
      if (batch.ended) return { value, accuracy: !isWhole ? 'AT_LEAST' : isStale ? 'ESTIMATE' : 'EXACT' };
      if (scanned >= maxScannedRows) break;
    }
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'LIMIT_EXCEEDED') throw error;
    if (scanned === 0) return null;
  }
  return { value, accuracy: 'AT_LEAST' };
}
