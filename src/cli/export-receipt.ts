import { createCoverageLog } from '../http/export/coverage.ts';
import type { CoverageAnswer } from '../http/export/coverage.ts';
import type { Receipt } from '../http/export/receipts.ts';

/** The spans that are not known whole. */
export function listGaps({ coverage }: Receipt): readonly CoverageAnswer[] {
  return coverage.filter(({ status }) => status !== 'COMPLETE' && status !== 'FILLING');
}

/**
 * The receipt of a file whose parts were exported one after the other.
 * @param before of the part before; null: there is none
 * @param sha256 of all parts together
 */
export function joinReceipts(before: Receipt | null, after: Receipt, sha256: string): Receipt {
  if (!before) return after;
  const log = createCoverageLog();
  log.add(before.coverage);
  log.add(after.coverage);
  const coverage = log.list();
  return {
    rows: before.rows + after.rows,
    sha256,
    complete: after.complete && listGaps(before).length === 0,
    endCursor: after.endCursor,
    coverage,
    of: before.of,
  };
}

/** The part of the range that was not read, because a vendor failed; empty: it was read to its end. */
export function listUnread({ endCursor, coverage }: Receipt): readonly CoverageAnswer[] {
  return endCursor === null ? [] : coverage.filter(isUnread);
}

/** A receipt without the part that was not read, for an export that goes on there. */
export function withoutUnread(receipt: Receipt): Receipt {
  return { ...receipt, coverage: receipt.coverage.filter((entry) => !isUnread(entry)) };
}

/** A span that a caller may not read, or that has no credentials, stays as it is. */
function isUnread({ status, code }: CoverageAnswer): boolean {
  return status === 'FAILED' && (code === 'UPSTREAM' || code === 'CALL_BUDGET');
}

/** The receipt in a line; null: the line holds none. */
export function readReceiptLine(line: string): Receipt | null {
  try {
    const { export: receipt } = JSON.parse(line) as { readonly export?: Receipt };
    return receipt && typeof receipt.sha256 === 'string' ? receipt : null;
  } catch {
    return null;
  }
}
