import { RequestError } from '../../base/errors.ts';
import type { Query } from '../../upstream/upstream.ts';
import { createAddressTest } from '../shared/addresses.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';

/** A test of one text; exactly one part. An empty `in` matches nothing. */
export type StringFilter =
  | { readonly eq: string }
  | { readonly in: readonly string[] }
  | { readonly startsWith: string }
  | { readonly contains: string }
  | { readonly isNull: boolean };

/** What events can be filtered by, combined with AND; parts left out do not filter. Case-sensitive but `searchText`. */
export interface EventFilter {
  readonly category?: StringFilter;
  readonly action?: StringFilter;
  readonly username?: StringFilter;
  /** An address or a CIDR block. */
  readonly ipAddress?: string;
  /** In the description, any case. */
  readonly searchText?: string;
  readonly not?: EventFilter;
}

/**
 * Refuses texts with half a character (a surrogate without its other): no event can be told by one, and on the wire it would
 * become another.
 * @param argument where the filter stands among the caller's arguments
 * @throws RequestError `BAD_USER_INPUT` naming the argument
 */
export function checkEventFilter(filter: EventFilter, argument: string): void {
  const { category, action, username, searchText, not } = filter;
  for (const [name, test] of Object.entries({ category, action, username })) {
    if (test) checkTest(test, `${argument}.${name}`);
  }
  checkText(searchText, `${argument}.searchText`);
  if (not) checkEventFilter(not, `${argument}.not`);
}

function checkTest(test: StringFilter, argument: string): void {
  for (const [name, value] of Object.entries(test)) {
    for (const text of [value].flat()) if (typeof text === 'string') checkText(text, `${argument}.${name}`);
  }
}

function checkText(text: string | undefined, argument: string): void {
  if (text === undefined || text.isWellFormed()) return;
  throw new RequestError('BAD_USER_INPUT', `'${argument}' must not hold half a surrogate pair.`, {
    argument,
  });
}

/**
 * A filter as a test of one event: case-sensitive but `searchText`, AND throughout; a value that is missing passes only
 * `isNull: true`. An empty `not` excludes nothing, as an empty filter filters nothing.
 */
export function createEventTest(filter: EventFilter): (event: AuditEvent) => boolean {
  const tests: ((event: AuditEvent) => boolean)[] = [];
  const { category, action, username, ipAddress, searchText, not } = filter;
  if (category) tests.push(onText(category, (event) => event.category));
  if (action) tests.push(onText(action, (event) => event.action));
  if (username) tests.push(onText(username, (event) => event.username));
  if (ipAddress !== undefined) tests.push(createAddressTest(ipAddress));
  if (searchText !== undefined) {
    const wanted = searchText.toLowerCase();
    tests.push((event) => event.description?.toLowerCase().includes(wanted) ?? false);
  }
  if (not && Object.keys(not).length > 0) {
    const isExcluded = createEventTest(not);
    tests.push((event) => !isExcluded(event));
  }
  return (event) => tests.every((test) => test(event));
}

function onText(
  filter: StringFilter,
  read: (event: AuditEvent) => string | null,
): (event: AuditEvent) => boolean {
  const test = createTextTest(filter);
  return (event) => test(read(event));
}

function createTextTest(filter: StringFilter): (value: string | null) => boolean {
  if ('isNull' in filter) return (value) => (value === null) === filter.isNull;
  if ('eq' in filter) return (value) => value === filter.eq;
  if ('in' in filter) {
    const wanted = new Set(filter.in);
    return (value) => value !== null && wanted.has(value);
  }
  if ('startsWith' in filter) return (value) => value?.startsWith(filter.startsWith) ?? false;
  return (value) => value?.includes(filter.contains) ?? false;
}

/** How a filter is answered. */
export type EventFilterSplit =
  /** No event can pass: answered without a call. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'read';
      /** The part that the vendor answers. All of the filter is tested again on what comes. */
      readonly query: Query;
      /** The rest drops rows that the vendor gives: a scan, in large pages. */
      readonly isScan: boolean;
      /** Fields that the test looks at. */
      readonly fields: readonly OptionalEventField[];
    };

/**
 * What a filter's value may be (`events-api.txt`): within it none can smuggle an operator. Rows may hold other values: those
 * are never sent, and looked for here.
 */
const VALUE = /^[a-zA-Z0-9_-]{1,100}$/;
/** More values than these would make an address line that servers refuse. */
const MOST_VALUES = 50;

/**
 * Splits a filter between the vendor and us. The vendor takes one operator per parameter: `xyz`, `in:x,y`, `like:%x%`.
 * A caller's `_` reaches it inside a `like:` and matches any one character there, so it gives more than was meant, and
 * the test on our side drops the surplus; `%` is in no value, so it never leaves.
 */
export function splitEventFilter(filter: EventFilter): EventFilterSplit {
  const parts = [splitText('category', filter.category), splitText('action', filter.action)];
  if (parts.includes('nothing') || isEmptyList(filter.username)) return { kind: 'nothing' };
  const sent = parts.filter((part) => part !== 'nothing');
  const hasOwnTest =
    filter.username !== undefined ||
    filter.ipAddress !== undefined ||
    filter.searchText !== undefined ||
    (filter.not !== undefined && Object.keys(filter.not).length > 0);
  return {
    kind: 'read',
    query: sent.flatMap((part) => part.query),
    isScan: hasOwnTest || sent.some((part) => part.isScan),
    fields: fieldsOf(filter),
  };
}

/** The optional fields that a filter looks at, its `not` included. */
export function fieldsOf(filter: EventFilter): OptionalEventField[] {
  const fields: OptionalEventField[] = filter.not ? fieldsOf(filter.not) : [];
  if (filter.username) fields.push('username');
  if (filter.ipAddress !== undefined) fields.push('ipAddress');
  if (filter.searchText !== undefined) fields.push('description');
  return fields;
}

interface TextSplit {
  readonly query: Query;
  readonly isScan: boolean;
}

function splitText(name: 'category' | 'action', filter: StringFilter | undefined): TextSplit | 'nothing' {
  const all: TextSplit = { query: [], isScan: false };
  if (!filter) return all;
  if ('isNull' in filter) return filter.isNull ? 'nothing' : all;
  const scan: TextSplit = { query: [], isScan: true };
  if ('eq' in filter || 'in' in filter) {
    // No event lacks a category or an action (`decodeEvent`).
    const values = [...new Set('eq' in filter ? [filter.eq] : filter.in)].filter((value) => value !== '');
    if (values.length === 0) return 'nothing';
    if (values.length > MOST_VALUES || !values.every((value) => VALUE.test(value))) return scan;
    return send(name, values.length === 1 ? values[0]! : `in:${values.join(',')}`);
  }
  const part = 'contains' in filter ? filter.contains : filter.startsWith;
  if (part === '') return all;
  if (!VALUE.test(part)) return scan;
  return { ...send(name, `like:%${part}%`), isScan: 'startsWith' in filter || part.includes('_') };
}

function send(name: string, value: string): TextSplit {
  return { query: [[name, value]], isScan: false };
}

function isEmptyList(filter: StringFilter | undefined): boolean {
  return filter !== undefined && 'in' in filter && filter.in.length === 0;
}
