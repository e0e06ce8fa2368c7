import type { Page, PageEnd, PageRequest } from '../../src/sources/paging/page.ts';
import { comparePositions } from '../../src/sources/paging/position.ts';
import type { Position } from '../../src/sources/paging/position.ts';

/** A source over rows in memory, newest first. It stops after `maxScanned` rows, like a scan. */
export function listInMemory<Row extends Position>(
  rows: readonly Row[],
  isMatch: (row: Row) => boolean = () => true,
  maxScanned = Infinity,
) {
  const ordered = rows.toSorted(comparePositions);
  return async ({ range, count, direction, after }: PageRequest<unknown>): Promise<Page<Row>> => {
    const sign = direction === 'DESC' ? 1 : -1;
    const ahead = (sign === 1 ? ordered : ordered.toReversed()).filter(
      (row) =>
        row.timestampMs >= range.fromMs &&
        row.timestampMs < range.toMs &&
        (!after || sign * comparePositions(row, after) > 0),
    );
    const given: Row[] = [];
    let end: PageEnd | null = null;
    let hasMore = false;
    for (const [at, row] of ahead.entries()) {
      if (at >= maxScanned || (given.length === count && isMatch(row))) {
        hasMore = true;
        break;
      }
      if (given.length < count || maxScanned < Infinity) end = { kind: 'scan position', position: row };
      if (isMatch(row)) given.push(row);
    }
    if (hasMore && given.length === count && ahead.indexOf(given.at(-1)!) + 1 < maxScanned)
      end = { kind: 'row', position: given.at(-1)! };
    return { rows: sign === 1 ? given : given.reverse(), hasMore, end, coverage: [] };
  };
}
