import type { EventFilter, StringFilter } from '../../sources/events/filter.ts';
import { addressNumber, addressSpan, IPV4_NUMBERS } from '../../sources/shared/addresses.ts';
import type { UsageFilter } from '../../sources/usage/filter.ts';

/** A value of a `?` in a statement. */
export type SqlValue = string | number | bigint | null;

/** A condition on the rows of a table. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Whether it passes exactly the rows that match. If not, it passes also others, never fewer. */
  readonly isExact: boolean;
}

/** The conditions of a filter, and the block of addresses that they leave out. */
export interface FilterConditions {
  readonly conditions: readonly Condition[];
  /** An address or a CIDR block to test; null: none. */
  readonly addressBlock: string | null;
}

const PASS: Condition = { sql: 'true', values: [], isExact: true };

/** The parts of a filter that list values of a column. */
const LISTS = [
  ['elementKeys', 'elementKey'],
  ['elementApis', 'elementApi'],
  ['userIds', 'userId'],
  ['accountIds', 'accountId'],
  ['instanceIds', 'instanceId'],
] as const;
const RANGES = ['responseStatus', 'processTime'] as const;

/** The conditions of a filter without `hub` and `searchText`, which only the vendor can apply. */
export function usageConditions(filter: UsageFilter): FilterConditions {
  const conditions: Condition[] = [];
  for (const [part, column] of LISTS) {
    const values = filter[part];
    if (values) conditions.push(isOneOf(`"${column}"`, values));
  }
  for (const part of RANGES) {
    const { gte, lt } = filter[part] ?? {};
    if (gte !== undefined) conditions.push(exact(`"${part}" >= ?`, [gte]));
    if (lt !== undefined) conditions.push(exact(`"${part}" < ?`, [lt]));
  }
  if (filter.status !== undefined) conditions.push(exact('"requestStatus" = ?', [filter.status]));
  if (filter.tags) {
    const list = `[${filter.tags.map(() => '?').join(', ')}]::VARCHAR[]`;
    conditions.push(
      exact(`(list_has_any("elementTags", ${list}) or list_has_any("instanceTags", ${list}))`, [
        ...filter.tags,
        ...filter.tags,
      ]),
    );
  }
  return { conditions, addressBlock: filter.ipAddress ?? null };
}

export function eventConditions(filter: EventFilter): FilterConditions {
  return { conditions: withoutAddress(filter), addressBlock: filter.ipAddress ?? null };
}

function withoutAddress(filter: EventFilter): Condition[] {
  const conditions: Condition[] = [];
  const { category, action, username, searchText, not } = filter;
  if (category) conditions.push(onText('category', category));
  if (action) conditions.push(onText('action', action));
  if (username) conditions.push(onText('username', username));
  if (searchText !== undefined) conditions.push(onSearch(searchText));
  if (not && Object.keys(not).length > 0) conditions.push(negate(not));
  return conditions;
}

function negate(not: EventFilter): Condition {
  const inner = withoutAddress(not);
  // What passes too many rows would, negated, pass too few.
  if (not.ipAddress !== undefined || inner.some(({ isExact }) => !isExact))
    return { ...PASS, isExact: false };
  const all = conjoin(inner);
  return exact(`not coalesce(${all.sql}, false)`, all.values);
}

function onText(column: string, filter: StringFilter): Condition {
  if ('isNull' in filter) return exact(`${column} is ${filter.isNull ? '' : 'not '}null`, []);
  if ('eq' in filter) return exact(`${column} = ?`, [filter.eq]);
  if ('in' in filter) return isOneOf(column, filter.in);
  if ('startsWith' in filter) return exact(`starts_with(${column}, ?)`, [filter.startsWith]);
  return exact(`contains(${column}, ?)`, [filter.contains]);
}

const ASCII = /^[\x20-\x7e]*$/;

/** The database turns letters to lower case by rules that differ from JavaScript's in a few letters beyond ASCII. */
function onSearch(text: string): Condition {
  if (!ASCII.test(text)) return { sql: 'description is not null', values: [], isExact: false };
  return { sql: 'contains(lower(description), ?)', values: [text.toLowerCase()], isExact: false };
}

/** One of these values; none for an empty list. */
export function isOneOf(column: string, values: readonly SqlValue[]): Condition {
  if (values.length === 0) return exact('false', []);
  return exact(`${column} in (${values.map(() => '?').join(', ')})`, values);
}

export function exact(sql: string, values: readonly SqlValue[]): Condition {
  return { sql, values, isExact: true };
}

/** All of them. */
export function conjoin(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return PASS;
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' and '),
    values: conditions.flatMap(({ values }) => values),
    isExact: conditions.every(({ isExact }) => isExact),
  };
}

/** One address that lies in a block. */
export function isInBlock(block: string): Condition {
  const span = addressSpan(block);
  const [first, last] = [span.first, span.last].map((address) => splitNumber(addressNumber(address)));
  const inside =
    first!.high === last!.high
      ? conjoin([isBetween('High', first!.high, first!.high), isBetween('Low', first!.low, last!.low)])
      : isBetween('High', first!.high, last!.high);
  if (span.isIPv4) return inside;
  // Blocks of IPv6 do not hold IPv4 addresses, whose numbers lie among theirs.
  const ipv4 = isBetween('Low', IPV4_NUMBERS.first, IPV4_NUMBERS.last);
  return conjoin([inside, exact(`not ("addressHigh" = 0 and ${ipv4.sql})`, ipv4.values)]);
}

function isBetween(half: 'High' | 'Low', first: bigint, last: bigint): Condition {
  return exact(`"address${half}" between ?::UBIGINT and ?::UBIGINT`, [String(first), String(last)]);
}

/** One of these conditions. */
export function anyOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return exact('false', []);
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' or '),
    values: conditions.flatMap(({ values }) => values),
    isExact: conditions.every(({ isExact }) => isExact),
  };
}

const HALF = 64n;

/** The halves of a number of 128 bits. */
export function splitNumber(number: bigint): { readonly high: bigint; readonly low: bigint } {
  return { high: number >> HALF, low: BigInt.asUintN(64, number) };
}
