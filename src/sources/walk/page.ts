import type { Range } from '../../base/range.ts';
import type { Coverage } from './coverage.ts';
import type { Position } from './position.ts';

/** Which way a page is read: `forward` is from newest to oldest (`first/after`), `backward` the other (`last/before`). */
export type Travel = 'forward' | 'backward';

/** One page of a list. The graph seals `resume` and each row's position into cursors. */
export interface PageRequest<Filter> {
  readonly range: Range;
  readonly filter: Filter;
  /** Rows to give out at most, at least 0. */
  readonly count: number;
  readonly travel: Travel;
  /** Only rows strictly behind this one in the direction of travel; null: from the range's edge. */
  readonly after: Position | null;
}

/** What a page holds. Rows are always in the list's own order (newest first), whichever way they were read. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** In the direction of travel there is one row more (seen, not guessed), or a scan was stopped before it could know. */
  readonly hasMore: boolean;
  /** The last row examined in the direction of travel, where going on must start; null where nothing was examined. */
  readonly resume: Position | null;
  readonly coverage: readonly Coverage[];
}

/** A count and how far it can be trusted. */
export interface TotalCount {
  readonly value: number;
  readonly accuracy: 'EXACT' | 'ESTIMATE' | 'AT_LEAST';
}
