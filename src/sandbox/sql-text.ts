/** A string as an SQL literal. */
export function quoteSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Strings as an SQL list literal. */
export function quoteSqlList(texts: readonly string[]): string {
  return `[${texts.map(quoteSql).join(', ')}]`;
}

/** The SQL of a JSON object without its nulls; the first field is never null. */
export function jsonSql(fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).map(([name, sql]) => `${quoteSql(name)}, ${sql}`);
  // Within a JSON string a quote has a backslash before it, so `,"` stands between fields alone.
  return `regexp_replace(json_object(${pairs.join(', ')})::varchar, ',"\\w+":null', '', 'g')`;
}
