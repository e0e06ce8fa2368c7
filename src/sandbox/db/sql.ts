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

const DAY = '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-[0-9]{2}-[0-9]{2}';
const CLOCK = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?';
const ZONE = '( ?Z| UTC|[+-][0-9]{2}(:?[0-9]{2})?)';

/**
 * SQL of a text as an instant, cut to milliseconds: ISO 8601 (a day alone, or with a time and perhaps a zone; without one it
 * is in UTC) or milliseconds since the epoch. Patterns come first: the database takes other texts, too, and fails on digits
 * too large for a time.
 */
export function instantSql(text: string): string {
  const written = `regexp_extract(${text}, '(?i)^${DAY}([T ]${CLOCK}${ZONE}?)?$')`;
  // A zone behind a time without seconds is unknown to the database.
  const seconded = `regexp_replace(${written}, '(?i)^(.{10}[T ][0-9]{2}:[0-9]{2})( ?Z| UTC|[+-].*)$', '\\1:00\\2')`;
  return `date_trunc('milliseconds', coalesce(
    epoch_ms(try_cast(regexp_extract(${text}, '^[0-9]{12,14}$') as bigint)),
    try_cast(${seconded} as timestamptz)::timestamp))`;
}

/** SQL of a text as a whole number from 0 to `most`; fractions are rounded, as the vendor's own of a millisecond are. */
export function integerSql(text: string, most: number): string {
  const value = `try_cast(regexp_extract(${text}, '^[0-9]{1,16}([.][0-9]+)?$') as bigint)`;
  return `case when ${value} <= ${most} then ${value} end`;
}

/** SQL of a text as a list: of JSON, or parted by commas. */
export function listSql(text: string): string {
  return `case when ${text} like '[%' then try_cast(${text} as varchar[]) else string_split(${text}, ',') end`;
}
