import type { Page } from '../../sources/paging/page.ts';
import type { Position } from '../../sources/paging/position.ts';
import type { PageChoice } from './arguments.ts';
import type { Cursor } from './cursor.ts';

/** `PageInfo`; a cursor is sealed when it is asked for. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  startCursor(): string | null;
  endCursor(): string | null;
}

/** What page info is made from. */
export interface PageInfoFacts {
  readonly choice: PageChoice;
  /** The cursor that the page was asked with, opened. */
  readonly cursor: Cursor | null;
  readonly page: Page<unknown>;
  /** The positions of the page's rows, in the list's order. */
  readonly positions: readonly Position[];
  seal(position: Position, hasRowsBehind: boolean): string;
}

/**
 * Where a page stands. What lies ahead in the direction of reading is the source's word. What lies behind is the cursor's,
 * so that it costs no call: clients ask for both on every page.
 */
export function createPageInfo(facts: PageInfoFacts): PageInfo {
  const { choice, cursor, page, positions } = facts;
  const isForward = !choice.isFromEnd;
  const isAhead = page.hasMore;
  const isBehind = cursor?.hasRowsBehind ?? false;
  const leading = () => leadingCursor(facts, isForward ? positions.at(-1) : positions[0]);
  const trailing = () => {
    const position = isForward ? positions[0] : positions.at(-1);
    return position ? facts.seal(position, true) : null;
  };
  return isForward
    ? { hasNextPage: isAhead, hasPreviousPage: isBehind, startCursor: trailing, endCursor: leading }
    : { hasNextPage: isBehind, hasPreviousPage: isAhead, startCursor: leading, endCursor: trailing };
}

/** The cursor to go on with: the last row given out, or where a stopped scan got to. */
function leadingCursor(facts: PageInfoFacts, lastRow: Position | undefined): string | null {
  const { page, cursor } = facts;
  if (page.hasMore && page.end?.kind === 'scan position')
    return facts.seal(page.end.position, hasRowsUpTo(facts));
  if (lastRow) return facts.seal(lastRow, true);
  // Nothing was examined at all: the same place again.
  return page.hasMore && cursor ? facts.seal(cursor.position, cursor.hasRowsBehind) : null;
}

/** Whether the end of this page may have entries behind it. What could not be read may hold some. */
function hasRowsUpTo({ page, positions, cursor }: PageInfoFacts): boolean {
  return (
    positions.length > 0 ||
    cursor?.hasRowsBehind === true ||
    page.coverage.some(({ status }) => status === 'FAILED')
  );
}
