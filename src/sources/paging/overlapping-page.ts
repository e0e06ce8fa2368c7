import { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Position } from './position.ts';
import { isSkipped } from './vendor-page.ts';
import type { SkippedRow } from './vendor-page.ts';

/** The next page of a list that is read by page numbers. */
export interface OverlappingPage {
  /** Counted from 0. */
  readonly page: number;
  readonly size: number;
  /** How many rows at its start must be the last rows of the page before. */
  readonly overlap: number;
}

/**
 * The page that follows the first `held` rows and, if possible, repeats the last of them. If a row is deleted or added between
 * two calls, all rows after it move, and only a repeated row shows that.
 *
 * Page numbers count in page sizes, so the size is chosen such that a page begins just before the end of the held rows.
 * @param longest the most rows of a page, at least 1
 */
export function planOverlappingPage(held: number, longest: number): OverlappingPage {
  let best = { page: 0, size: 0, overlap: 0 };
  for (let size = longest; size > 1; size -= 1) {
    const page = Math.floor((held - 1) / size);
    const overlap = held - page * size;
    if (size - overlap > best.size - best.overlap) best = { page, size, overlap };
  }
  if (best.size > 0) return best;
  // No page size brings both a repeated and a new row, as with pages of one or two rows.
  const size = held % longest === 0 ? longest : 1;
  return { page: held / size, size, overlap: 0 };
}

/** Whether a page begins with the rows that it must repeat. Skipped rows count as equal. */
export function isOverlapping(
  held: readonly (Position | SkippedRow)[],
  page: readonly (Position | SkippedRow)[],
  overlap: number,
): boolean {
  return held.slice(held.length - overlap).every((entry, at) => {
    const again = page[at];
    if (again === undefined) return false;
    return isSkipped(entry) || isSkipped(again)
      ? isSkipped(entry) === isSkipped(again)
      : again.id === entry.id;
  });
}

/** The error for a page that does not begin with the rows that it must repeat. */
export function rowsMoved({
  source,
  operation,
}: {
  readonly source: Source;
  readonly operation: string;
}): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source,
    operation,
    message: 'Rows moved between two pages of the vendor, so a page could lack rows; nothing was given out.',
  });
}

/** How often a window is read again if its pages contradict each other, for example because a row was inserted between two. */
export const REREADS = 2;

/** Whether the vendor's rows contradict each other. */
export function isOutOfOrder(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === 'UPSTREAM_OUT_OF_ORDER';
}
