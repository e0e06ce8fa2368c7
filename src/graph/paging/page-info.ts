import type { Page } from '../../sources/walk/page.ts';
import type { Position } from '../../sources/walk/position.ts';
import type { PageChoice } from './connection-arguments.ts';
import type { Cursor } from './cursor-layout.ts';

/** `PageInfo`, each part worked out when it is asked for. */
export interface PageInfo {
  hasNextPage(): boolean | Promise<boolean>;
  hasPreviousPage(): boolean | Promise<boolean>;
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
  seal(position: Position, kind: Cursor['kind']): string;
  /** Asks the source whether there is a row behind `position` against the direction of travel. */
  hasRowBehind(position: Position): Promise<boolean>;
}

/** Where a page stands: what lies ahead in the direction of travel is the source's word, what lies behind the cursor's. */
export function createPageInfo(facts: PageInfoFacts): PageInfo {
  const { choice, positions } = facts;
  const forward = choice.travel === 'forward';
  const ahead = () => facts.page.hasMore;
  const leading = () => leadingCursor(facts, forward ? positions.at(-1) : positions[0]);
  const trailing = () => {
    const position = forward ? positions[0] : positions.at(-1);
    return position ? facts.seal(position, 'edge') : null;
  };
  return forward
    ? {
        hasNextPage: ahead,
        hasPreviousPage: () => isBehind(facts),
        startCursor: trailing,
        endCursor: leading,
      }
    : {
        hasNextPage: () => isBehind(facts),
        hasPreviousPage: ahead,
        startCursor: leading,
        endCursor: trailing,
      };
}

/** The cursor to go on with: the last row given out, or where a stopped scan got to. */
function leadingCursor(facts: PageInfoFacts, lastRow: Position | undefined): string | null {
  const { page, cursor } = facts;
  if (page.hasMore && page.resume && isStoppedScan(facts)) {
    return facts.seal(page.resume, isSame(page.resume, lastRow) ? 'edge' : 'scan');
  }
  if (lastRow) return facts.seal(lastRow, 'edge');
  // Nothing was examined at all: the same place again.
  return page.hasMore && cursor ? facts.seal(cursor.position, cursor.kind) : null;
}

function isStoppedScan({ page, positions, choice }: PageInfoFacts): boolean {
  if (positions.length < choice.count) return true;
  return page.coverage.some(({ code }) => code === 'SCAN_LIMIT' || code === 'CALL_BUDGET');
}

function isSame(a: Position, b: Position | undefined): boolean {
  return b !== undefined && a.timestampMs === b.timestampMs && a.source === b.source && a.id === b.id;
}

/** A cursor's row proves itself; of a place that a scan only passed, the source knows what lies behind. */
function isBehind(facts: PageInfoFacts): boolean | Promise<boolean> {
  if (!facts.cursor) return false;
  return facts.cursor.kind === 'edge' || facts.hasRowBehind(facts.cursor.position);
}
