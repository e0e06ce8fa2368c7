/** A string as an SQL literal. */
export function quoteSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Strings as an SQL list literal. */
export function quoteSqlList(texts: readonly string[]): string {
  return `[${texts.map(quoteSql).join(', ')}]`;
}
