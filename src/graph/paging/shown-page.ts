import type { Range } from '../../base/time.ts';
import { sumShown } from '../../sources/live/shown-rows.ts';
import type { ShownPage } from '../../sources/live/shown-rows.ts';
import type { Page } from '../../sources/paging/page.ts';
import type { Position } from '../../sources/paging/position.ts';
import type { PageChoice } from './arguments.ts';

export interface ShownPageFacts {
  readonly choice: Pick<PageChoice, 'isFromEnd' | 'cursor'>;
  readonly range: Range;
  readonly page: Pick<Page<unknown>, 'hasMore' | 'end'>;
  /** The page's rows, newest first. */
  readonly positions: readonly Position[];
  /** No row that the vendor inserts from now on is told if its time is before this one, in milliseconds since the epoch. */
  readonly lateFromMs: number;
}

/**
 * What a stream must know of a page to go on after it: its rows, down to its oldest end or to the time before which no late row is told.
 * null: the page has no rows.
 */
export function sumPage({ choice, range, page, positions, lateFromMs }: ShownPageFacts): ShownPage | null {
  const [newest] = positions;
  const oldest = positions.at(-1);
  if (!newest || !oldest) return null;
  const cutMs = Math.min(newest.timestampMs, lateFromMs);
  const end = endOf({ choice, range, page }, oldest);
  return sumShown(positions, end.fromMs >= cutMs ? end : { fromMs: cutMs, last: null });
}

/** The oldest end of a page: behind it, further pages show what there is. */
function endOf(
  { choice, range, page }: Pick<ShownPageFacts, 'choice' | 'range' | 'page'>,
  oldest: Position,
): { readonly fromMs: number; readonly last: Position | null } {
  const isWhole = choice.isFromEnd ? choice.cursor === null : !page.hasMore;
  if (isWhole) return { fromMs: range.fromMs, last: null };
  // The next page reads the instant at which a scan stopped.
  if (!choice.isFromEnd && page.end?.kind === 'scan position')
    return { fromMs: page.end.position.timestampMs + 1, last: null };
  return { fromMs: oldest.timestampMs, last: oldest };
}
