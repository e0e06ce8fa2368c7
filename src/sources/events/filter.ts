import { RequestError } from '../../base/errors.ts';
import type { Query } from '../../upstream/upstream.ts';
import { checkAddress, createAddressTest } from '../shared/addresses.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';

/** A test of one text. It has exactly one part; an empty `in` matches nothing. */
export type StringFilter =
  | { readonly eq: string }
  | { readonly in: readonly string[] }
  | { readonly startsWith: string }
  | { readonly contains: string }
  | { readonly isNull: boolean };

/** What events can be filtered by, combined with AND. A part that is left out does not filter. Only `searchText` ignores case. */
export interface EventFilter {
  readonly category?: StringFilter;
  readonly action?: StringFilter;
  readonly username?: StringFilter;
  /** An address or a CIDR block. */
  readonly ipAddress?: string;
  /** A text within the description. */
  readonly searchText?: string;
  readonly not?: EventFilter;
}

/**
 * Refuses texts that are not well-formed Unicode (half a surrogate pair), because such a half can't be sent: it would become
 * another character. Also refuses an `ipAddress` that is neither an address nor a CIDR block.
 * @param argument the filter's path among the caller's arguments
 * @throws RequestError `BAD_USER_INPUT` with the argument's name
 */
export function checkEventFilter(filter: EventFilter, argument: string): void {
  const { category, action, username, ipAddress, searchText, not } = filter;
  for (const [name, test] of Object.entries({ category, action, username })) {
    if (test) checkTest(test, `${argument}.${name}`);
  }
  if (ipAddress !== undefined) checkAddress(ipAddress, `${argument}.ipAddress`);
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
 * Makes a test of one event from a filter. For a missing value each text test but `isNull: true` fails, so `not` lets it pass. An
 * empty `not` counts as not given, although an empty filter matches everything, because clients send it for a form that is not
 * filled in.
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
  return (event) => {
    for (const isMatch of tests) if (!isMatch(event)) return false;
    return true;
  };
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

/** How a filter is answered: by the vendor, by tests here, or by both. */
export type EventFilterSplit =
  /** No event can match, so no call is needed. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'read';
      /** The vendor's parameters for the part that it applies. Sightline tests the whole filter again on every event. */
      readonly parameters: Query;
      /** The vendor gives rows that do not match, so it takes a bounded scan. */
      readonly isScan: boolean;
      /** The optional fields that the test reads. */
      readonly fields: readonly OptionalEventField[];
    };

/**
 * The values that Sightline sends (`docs/vendors.md#events-records-and-filters`). They can hold no operator. Rows may hold other
 * values, which a scan finds.
 */
const VALUE = /^[a-zA-Z0-9_-]{1,100}$/;
/** More values would make the URL so long that servers refuse it. */
const MOST_VALUES = 50;

/**
 * Finds the part of a filter that the vendor applies. The vendor takes one test for each parameter: `xyz`, `in:x,y` or `like:%x%`.
 * `startsWith` goes out as 'contains', and a caller's `_` is a wildcard inside of `like:`. So the vendor may give too many events,
 * and the test here removes them. A caller's `%` is never sent.
 */
export function splitEventFilter(filter: EventFilter): EventFilterSplit {
  const category = splitText('category', filter.category);
  const action = splitText('action', filter.action);
  if (category === 'nothing' || action === 'nothing' || isEmptyList(filter.username))
    return { kind: 'nothing' };
  const hasOwnTest =
    filter.username !== undefined ||
    filter.ipAddress !== undefined ||
    filter.searchText !== undefined ||
    (filter.not !== undefined && Object.keys(filter.not).length > 0);
  return {
    kind: 'read',
    parameters: [...category.parameters, ...action.parameters],
    isScan: hasOwnTest || category.isScan || action.isScan,
    fields: testedFields(filter),
  };
}

/** The optional fields that a filter reads, including its `not`. */
export function testedFields(filter: EventFilter): OptionalEventField[] {
  const fields: OptionalEventField[] = filter.not ? testedFields(filter.not) : [];
  if (filter.username) fields.push('username');
  if (filter.ipAddress !== undefined) fields.push('ipAddress');
  if (filter.searchText !== undefined) fields.push('description');
  return fields;
}

interface TextSplit {
  readonly parameters: Query;
  readonly isScan: boolean;
}

function splitText(name: 'category' | 'action', filter: StringFilter | undefined): TextSplit | 'nothing' {
  const all: TextSplit = { parameters: [], isScan: false };
  if (!filter) return all;
  if ('isNull' in filter) return filter.isNull ? 'nothing' : all;
  const scan: TextSplit = { parameters: [], isScan: true };
  if ('eq' in filter || 'in' in filter) {
    // Every event has a category and an action (`decodeEvent`), so an empty text matches none.
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
  return { parameters: [[name, value]], isScan: false };
}

function isEmptyList(filter: StringFilter | undefined): boolean {
  return filter !== undefined && 'in' in filter && filter.in.length === 0;
}
