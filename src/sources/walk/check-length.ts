import type { Source } from '../../base/source.ts';
import { UpstreamError } from '../../base/upstream-error.ts';

/** Twice the largest page that the settings allow. */
const MOST_ROWS = 20_000;

/**
 * Refuses a list of far more rows than can have been asked for: reading it would hold up everybody else.
 * @param asked how many rows at most a vendor that does as it is asked would give
 * @throws UpstreamError `UPSTREAM_TOO_LARGE`
 */
export function checkLength(
  rows: readonly unknown[],
  { source, operation }: { readonly source: Source; readonly operation: string },
  asked = 0,
): void {
  if (rows.length <= Math.max(MOST_ROWS, asked)) return;
  throw new UpstreamError({
    code: 'UPSTREAM_TOO_LARGE',
    source,
    operation,
    message: `The vendor answered with ${rows.length} rows, far more than it was asked for; none of them was read.`,
  });
}
