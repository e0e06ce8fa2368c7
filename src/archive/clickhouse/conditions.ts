import type { EventFilter, StringFilter } from '../../sources/events/filter.ts';
import { addressSpan } from '../../sources/shared/addresses.ts';
import type { UsageFilter } from '../../sources/usage/filter.ts';

/** Addresses as IPv6, in which IPv4 has a place of its own, so that a block is one span. */
export const ADDRESS_COLUMN = 'searchedAddresses';

/** A value of a `?` in a statement, with its SQL type. It is sent beside the statement, never inside of it. */
export interface SqlValue {
  readonly type:
    | 'String'
    | 'Int64'
    | 'IPv6'
    | 'UInt64'
    | 'Identifier'
    | `Array(${'String' | 'Int64' | 'UUID'})`;
  readonly value: string | number | bigint | readonly (string | bigint)[];
}

/** A condition on the rows of a table. It is never null. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Whether it passes exactly the rows that match. If not, it passes also others, never fewer. */
  readonly isExact: boolean;
}

export const text = (value: string): SqlValue => ({ type: 'String', value });
export const texts = (value: readonly string[]): SqlValue => ({ type: 'Array(String)', value });
export const integer = (value: number | bigint): SqlValue => ({ type: 'Int64', value });

/** Servers take form fields up to 128 KiB. */
const MOST_BYTES = 100_000;

/** Ids as parameters, each short enough for a server to take. */
export function listIds(idType: 'String' | 'Int64', ids: readonly string[]): readonly SqlValue[] {
  const lists: string[][] = [];
  let bytes = Infinity;
  for (const id of ids) {
    // Quotes, comma and escapes take no more bytes than in JSON.
    const length = Buffer.byteLength(JSON.stringify(id)) + 1;
    if (bytes + length > MOST_BYTES) {
      lists.push([]);
      bytes = 0;
    }
    lists.at(-1)?.push(id);
    bytes += length;
  }
  return lists.map((list) =>
    idType === 'Int64' ? { type: 'Array(Int64)', value: list.map(BigInt) } : texts(list),
  );
}

/** The parts of a filter that list values of a column. */
const LISTS = [
  ['elementKeys', 'elementKey'],
  ['elementApis', 'elementApi'],
  ['userIds', 'userId'],
  ['accountIds', 'accountId'],
  ['instanceIds', 'instanceId'],
] as const;
const RANGES = ['responseStatus', 'processTime'] as const;

/** The condition of a filter without `hub` and `searchText`, which only the vendor can apply. */
export function usageCondition(filter: UsageFilter): Condition {
  const conditions: Condition[] = [];
  const { status, tags, ipAddress } = filter;
  for (const [part, column] of LISTS) {
    const values = filter[part];
    if (values) conditions.push(onText(`"${column}"`, { in: values }));
  }
  for (const part of RANGES) {
    const { gte, lt } = filter[part] ?? {};
    if (gte !== undefined) conditions.push(known(`"${part}" >= ?`, [integer(gte)]));
    if (lt !== undefined) conditions.push(known(`"${part}" < ?`, [integer(lt)]));
  }
  if (status !== undefined) conditions.push(onText('"requestStatus"', { eq: status }));
  if (tags) {
    const list = texts(tags);
    conditions.push(exact('hasAny("elementTags", ?) or hasAny("instanceTags", ?)', [list, list]));
  }
  if (ipAddress !== undefined) conditions.push(onAddress(ipAddress));
  return conjoin(conditions);
}

export function eventCondition(filter: EventFilter): Condition {
  const conditions: Condition[] = [];
  const { category, action, username, ipAddress, searchText, not } = filter;
  if (category) conditions.push(onText('category', category));
  if (action) conditions.push(onText('action', action));
  if (username) conditions.push(onText('username', username));
  if (ipAddress !== undefined) conditions.push(onAddress(ipAddress));
  if (searchText !== undefined) conditions.push(onSearch(searchText));
  if (not && Object.keys(not).length > 0) conditions.push(negate(eventCondition(not)));
  return conjoin(conditions);
}

function negate({ sql, values, isExact }: Condition): Condition {
  // What passes too many rows would, negated, pass too few.
  return isExact ? exact(`not (${sql})`, values) : { sql: 'true', values: [], isExact: false };
}

function onText(column: string, filter: StringFilter): Condition {
  if ('isNull' in filter) return exact(`${column} is ${filter.isNull ? '' : 'not '}null`, []);
  if ('eq' in filter) return known(`${column} = ?`, [text(filter.eq)]);
  if ('in' in filter)
    return filter.in.length === 0 ? exact('false', []) : known(`${column} in ?`, [texts(filter.in)]);
  if ('startsWith' in filter) return known(`startsWith(${column}, ?)`, [text(filter.startsWith)]);
  return known(`position(${column}, ?) > 0`, [text(filter.contains)]);
}

/** The one span that a block is among addresses as IPv6; a block of IPv6 leaves out the place of IPv4. */
export function onAddress(addressOrBlock: string): Condition {
  const { first, last, isIPv4 } = addressSpan(addressOrBlock);
  const outside = isIPv4 ? '' : ` and (a < toIPv6('::ffff:0.0.0.0') or a > toIPv6('::ffff:255.255.255.255'))`;
  return exact(`arrayExists(a -> a >= ? and a <= ?${outside}, "${ADDRESS_COLUMN}")`, [
    { type: 'IPv6', value: first },
    { type: 'IPv6', value: last },
  ]);
}

/** JavaScript turns two letters beyond ASCII to texts with ASCII letters: the Kelvin sign, and I with a dot. */
const LOWERED = `lower(replaceAll(replaceAll(description, '\u212a', 'k'), '\u0130', 'i\u0307'))`;
const ASCII_RUNS = /\p{ASCII}+/gu;

/**
 * The database turns letters to lower case by rules that differ from JavaScript's beyond ASCII. So a text of ASCII is found exactly,
 * and of every other text its runs of ASCII letters.
 */
function onSearch(searched: string): Condition {
  const lowered = searched.toLowerCase();
  const runs = lowered.match(ASCII_RUNS) ?? [''];
  const found = conjoin(runs.map((run) => known(`position(${LOWERED}, ?) > 0`, [text(run)])));
  return runs.join('') === lowered ? found : { ...found, isExact: false };
}

/** A condition that is null for a row without the value: such a row does not match. */
function known(sql: string, values: readonly SqlValue[]): Condition {
  return exact(`ifNull(${sql}, false)`, values);
}

export function exact(sql: string, values: readonly SqlValue[]): Condition {
  return { sql, values, isExact: true };
}

/** All of them. */
export function conjoin(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return exact('true', []);
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' and '),
    values: conditions.flatMap(({ values }) => values),
    isExact: conditions.every(({ isExact }) => isExact),
  };
}
