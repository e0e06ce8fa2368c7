import { createAddressTest } from '../walk/address.ts';
import type { AuditEvent } from './event.ts';
import type { EventFilter, StringFilter } from './event-filter.ts';

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
