import type { Page } from '../../sources/paging/page.ts';
import type { Position } from '../../sources/paging/position.ts';
import type { PageChoice } from './arguments.ts';
import type { Cursor } from './cursor.ts';

/** `PageInfo`. A cursor is sealed only if it is selected. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  startCursor(): string | null;
  endCursor(): string | null;
}

/** The facts that a page info is made from. */
export interface PageInfoFacts {
  readonly choice: PageChoice;
  /** The cursor of the request, opened. */
  readonly cursor: Cursor | null;
  readonly page: Page<unknown>;
  /** The positions of the page's rows, in the list's order. */
  readonly positions: readonly Position[];
  /** @param isStart it is the start of the page */
  seal(position: Position, hasRowsPast: boolean, isStart: boolean): string;
}

/**
 * Whether a list goes on before and after a page. The source knows if more rows are ahead in the direction of reading. The cursor
 * knows if rows are past, so that this costs no call: clients select both on every page.
 */
export function createPageInfo(facts: PageInfoFacts): PageInfo {
  const { choice, cursor, page } = facts;
  const isForward = !choice.isFromEnd;
  const isAhead = page.hasMore;
  const isPast = cursor?.hasRowsPast ?? false;
  const cursorAhead = () => {
    const { positions } = facts;
    return continuationCursor(facts, isForward ? positions.at(-1) : positions[0], !isForward);
  };
  const cursorBack = () => {
    const { positions } = facts;
    const position = isForward ? positions[0] : positions.at(-1);
    return position ? facts.seal(position, true, isForward) : null;
  };
  return isForward
    ? { hasNextPage: isAhead, hasPreviousPage: isPast, startCursor: cursorBack, endCursor: cursorAhead }
    : { hasNextPage: isPast, hasPreviousPage: isAhead, startCursor: cursorAhead, endCursor: cursorBack };
}

/** The cursor to continue from: the last row of the page, or the place that a stopped scan reached. */
function continuationCursor(
  facts: PageInfoFacts,
  lastRow: Position | undefined,
  isStart: boolean,
): string | null {
  const { page, cursor } = facts;
  if (page.hasMore && page.end?.kind === 'scan position')
    return facts.seal(page.end.position, hasRowsUpTo(facts), isStart);
  if (lastRow) return facts.seal(lastRow, true, isStart);
  // Nothing was examined, so the next page starts at the same place.
  return page.hasMore && cursor ? facts.seal(cursor.position, cursor.hasRowsPast, false) : null;
}

/** Whether there may be entries past the end of this page. A span that could not be read may hold some. */
function hasRowsUpTo({ page, positions, cursor }: PageInfoFacts): boolean {
  return (
    positions.length > 0 ||
    cursor?.hasRowsPast === true ||
    page.coverage.some(({ status }) => status === 'FAILED')
  );
}
