/** Appends to a list. `push(...rows)` would overflow the stack for a long list. */
export function appendAll<Row>(list: Row[], rows: Iterable<Row>): void {
  for (const row of rows) list.push(row);
}
