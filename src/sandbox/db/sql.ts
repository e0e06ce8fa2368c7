/** A string as an SQL literal. */
export function quoteSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Strings as an SQL list literal. */
export function quoteSqlList(texts: readonly string[]): string {
  return `[${texts.map(quoteSql).join(', ')}]`;
}

/** SQL of a JSON object without the fields that are null. The first field must never be null. */
export function jsonSql(fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).map(([name, sql]) => `${quoteSql(name)}, ${sql}`);
  // In a JSON string a quote follows a backslash, so `,"` occurs only between fields.
  return `regexp_replace(json_object(${pairs.join(', ')})::varchar, ',"\\w+":null', '', 'g')`;
}

const DAY = '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-[0-9]{2}-[0-9]{2}';
const CLOCK = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?';
const ZONE = '( ?Z| UTC|[+-][0-9]{2}(:?[0-9]{2})?)';

/**
 * SQL of a text as a time, cut to milliseconds: ISO 8601 (a day, with or without a time and a zone; UTC without a zone) or
 * milliseconds since the epoch. Patterns check the text first, because the database accepts other texts and fails on numbers
 * that are too large for a time.
 */
export function instantSql(text: string): string {
  const written = `regexp_extract(${text}, '(?i)^${DAY}([T ]${CLOCK}${ZONE}?)?$')`;
  // The database does not parse a zone after a time without seconds.
  const seconded = `regexp_replace(${written}, '(?i)^(.{10}[T ][0-9]{2}:[0-9]{2})( ?Z| UTC|[+-].*)$', '\\1:00\\2')`;
  return `date_trunc('milliseconds', coalesce(
    epoch_ms(try_cast(regexp_extract(${text}, '^[0-9]{12,14}$') as bigint)),
    try_cast(${seconded} as timestamptz)::timestamp))`;
}

/** SQL of a text as a whole number from 0 to `most`. Fractions are rounded, as the vendor rounds milliseconds. */
export function integerSql(text: string, most: number): string {
  const value = `try_cast(regexp_extract(${text}, '^[0-9]{1,16}([.][0-9]+)?$') as bigint)`;
  return `case when ${value} <= ${most} then ${value} end`;
}

/** SQL of a text as a list: a JSON list, or values separated by commas. */
export function listSql(text: string): string {
  return `case when ${text} like '[%' then try_cast(${text} as varchar[]) else string_split(${text}, ',') end`;
}
