import { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Position } from './position.ts';
import { isSkipped } from './vendor-list.ts';
import type { SkippedRow } from './vendor-list.ts';

/** A page of a list that is read on by page numbers. */
export interface OverlappingPage {
  /** The page's number, counted from 0. */
  readonly page: number;
  readonly size: number;
  /** How many rows at its beginning must come again. */
  readonly overlap: number;
}

/**
 * The page to read behind the first `held` rows: it brings the last of them again if it can. A row that is deleted or slips in
 * between two pages moves all rows behind it, and only a row that must come again shows it.
 *
 * Page numbers count in page sizes, so the size is chosen such that a page begins just before the end of what is held.
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
  // No size of page brings a row again and a new one, as with pages of one or two rows.
  const size = held % longest === 0 ? longest : 1;
  return { page: held / size, size, overlap: 0 };
}

/** Whether a page begins with the rows that must come again. Rows that could not be understood are alike. */
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

/** What to throw if a page does not begin with the rows that must come again. */
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
