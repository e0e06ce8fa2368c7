import type { Range } from '../../base/range.ts';
import { RequestError } from '../../base/request-error.ts';
import type { TotalCount } from './page.ts';
import type { Position } from './position.ts';
import type { Strand } from './strand.ts';

/**
 * Counts by walking: EXACT where the whole range was walked and understood, AT_LEAST where a bound stopped it; null where
 * the call budget leaves nothing to count with.
 * @throws UpstreamError
 */
export async function countMatches<Row extends Position>(
  range: Range,
  { walk, isMatch }: Strand<Row>,
  maxScannedRows: number,
): Promise<TotalCount | null> {
  let scanned = 0;
  let value = 0;
  let isWhole = true;
  try {
    for await (const step of walk({
      range,
      direction: 'down',
      after: null,
      wanted: () => maxScannedRows - scanned,
    })) {
      scanned += step.rows.length + step.dropped.length;
      value += step.rows.filter(isMatch).length;
      isWhole &&= step.dropped.length === 0;
      if (step.ended) return { value, accuracy: isWhole ? 'EXACT' : 'AT_LEAST' };
      if (scanned >= maxScannedRows) break;
    }
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'LIMIT_EXCEEDED') throw error;
    if (scanned === 0) return null;
  }
  return { value, accuracy: 'AT_LEAST' };
}
