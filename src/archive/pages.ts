import type { Range } from '../base/time.ts';
import type { ArchiveQuestion } from '../sources/paging/archived-rows.ts';
import type { Position } from '../sources/paging/position.ts';

/** As many are read and written at once. */
const PAGE_ROWS = 5_000;

/**
 * Reads to the end, each page after the last row of the page before.
 * @param readAfter reads the first page if there is no row, and as many as the limit or, if more belong together, more
 */
export async function* readPages<Value, Row>(
  readAfter: (after: Row | null, limit: number) => Promise<readonly Value[]>,
  rowOf: (value: Value) => Row,
): AsyncGenerator<readonly Value[]> {
  let after: Row | null = null;
  for (;;) {
    const page: readonly Value[] = await readAfter(after, PAGE_ROWS);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = rowOf(last);
  }
}

/** All rows of a range as they are known now, newest first. */
export function readRows<Row extends Position>(
  list: (question: ArchiveQuestion<Readonly<Record<string, never>>>) => Promise<readonly Row[]>,
  range: Range,
): AsyncGenerator<readonly Row[]> {
  return readPages(
    (after: Row | null, limit) =>
      list({ range, filter: {}, direction: 'DESC', limit, knownAtMs: null, after }),
    (row) => row,
  );
}
