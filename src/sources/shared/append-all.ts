/** Appends to a list. Spread into `push`, more rows than the stack holds end the reading. */
export function appendAll<Row>(list: Row[], rows: Iterable<Row>): void {
  for (const row of rows) list.push(row);
}
