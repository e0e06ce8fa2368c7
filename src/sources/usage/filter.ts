import { RequestError } from '../../base/errors.ts';
import type { Query } from '../../upstream/upstream.ts';
import { checkAddress, createAddressTest } from '../shared/addresses.ts';
import type { UsageSeries } from './analytics/analytics.ts';
import type { RequestStatus, UsageRecord } from './record.ts';

/** What usage records can be filtered by. A part that is left out does not filter; an empty list matches nothing. */
export interface UsageFilter {
  readonly hub?: string;
  readonly elementKeys?: readonly string[];
  /** A record matches if it has one of these. */
  readonly tags?: readonly string[];
  readonly status?: RequestStatus;
  readonly searchText?: string;
  /** An address or a CIDR block. The vendor cannot filter by it or by the parts below, so they take a bounded scan. */
  readonly ipAddress?: string;
  readonly elementApis?: readonly string[];
  readonly userIds?: readonly string[];
  readonly accountIds?: readonly string[];
  readonly instanceIds?: readonly string[];
  readonly responseStatus?: IntRange;
  /** Milliseconds. */
  readonly processTime?: IntRange;
}

/** From `gte` (inclusive) to `lt` (exclusive), at least one of them. A record without a value is outside. */
export interface IntRange {
  readonly gte?: number;
  readonly lt?: number;
}

const LISTS = ['elementKeys', 'tags', 'elementApis', 'userIds', 'accountIds', 'instanceIds'] as const;
const RANGES = ['responseStatus', 'processTime'] as const;
const MOST_VALUES = 50;
const LONGEST_TEXT = 256;
const CONTROL = /\p{Cc}/u;

/**
 * Refuses values that must not reach the vendor, or would change on the way: empty texts, control characters, half a surrogate
 * pair, texts over 256 characters, lists of over 50 values; an `ipAddress` that is no address; and ranges without a bound.
 * @param argument the filter's path among the caller's arguments
 * @throws RequestError `BAD_USER_INPUT` with the argument's name
 */
export function checkUsageFilter(filter: UsageFilter, argument: string): void {
  checkText(`${argument}.hub`, filter.hub);
  checkText(`${argument}.searchText`, filter.searchText);
  for (const part of LISTS) checkList(`${argument}.${part}`, filter[part]);
  for (const part of RANGES) checkRange(`${argument}.${part}`, filter[part]);
  if (filter.ipAddress !== undefined) checkAddress(filter.ipAddress, `${argument}.ipAddress`);
}

function checkList(argument: string, values: readonly string[] | undefined): void {
  if (values === undefined) return;
  if (values.length > MOST_VALUES)
    refuse(argument, `may hold ${MOST_VALUES} values at most, not ${values.length}`);
  for (const value of values) checkText(argument, value);
}

function checkText(argument: string, value: string | undefined): void {
  if (value === undefined) return;
  if (value === '') refuse(argument, 'must not be an empty text; leave it out to filter by nothing');
  if (value.length > LONGEST_TEXT) refuse(argument, `may be ${LONGEST_TEXT} characters long at most`);
  if (!value.isWellFormed()) refuse(argument, 'must not hold half a surrogate pair');
  if (CONTROL.test(value)) refuse(argument, 'must not hold control characters');
}

function checkRange(argument: string, range: IntRange | undefined): void {
  if (range && range.gte === undefined && range.lt === undefined)
    refuse(argument, "needs a bound: give 'gte', 'lt' or both");
}

function refuse(argument: string, rule: string): never {
  throw new RequestError('BAD_USER_INPUT', `'${argument}' ${rule}.`, { argument });
}

/**
 * The part of a filter that the vendor can apply, as parameters of `GET /usage` (`docs/vendors.md#usage-request-parameters`).
 */
export function encodeUsageFilter(filter: UsageFilter): Query {
  return [
    ...(filter.hub === undefined ? [] : [['hub', filter.hub] as const]),
    ...(filter.elementKeys ?? []).map((key) => ['keys[]', key] as const),
    ...(filter.tags ?? []).map((tag) => ['tags[]', tag] as const),
    ...(filter.status === undefined ? [] : [['status', filter.status] as const]),
    ...(filter.searchText === undefined ? [] : [['searchText', filter.searchText] as const]),
  ];
}

/** How a filter is answered. */
export type UsageFilterSplit =
  /** No record can pass: answered without a call. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'read';
      /** The vendor's parameters for the part that it applies. */
      readonly query: Query;
      /** A part is tested here and filters out rows that the vendor gives: a scan. */
      readonly isScan: boolean;
      /** The test of that part, which the vendor cannot apply. */
      readonly isMatch: (record: UsageRecord) => boolean;
      /** The series that counts exactly what the filter asks for; null: there is none, so records are counted one by one. */
      readonly countingSeries: UsageSeries | null;
    };

/** Splits a filter between the vendor and us. */
export function splitUsageFilter(filter: UsageFilter): UsageFilterSplit {
  const hasEmptyList = LISTS.some((part) => filter[part]?.length === 0);
  if (hasEmptyList || RANGES.some((part) => isEmpty(filter[part]))) return { kind: 'nothing' };
  const { hub, elementKeys, tags, status, searchText, ...ours } = filter;
  return {
    kind: 'read',
    query: encodeUsageFilter(filter),
    isScan: Object.keys(ours).length > 0,
    isMatch: createUsageTest(ours),
    countingSeries: countingSeries(filter),
  };
}

function countingSeries({ elementKeys, status, ...others }: UsageFilter): UsageSeries | null {
  if (Object.keys(others).length > 0 || (elementKeys && status)) return null;
  return elementKeys ? 'elements' : status ? 'statuses' : 'activity';
}

function isEmpty({ gte, lt }: IntRange = {}): boolean {
  return gte !== undefined && lt !== undefined && gte >= lt;
}

/**
 * The test of a filter, for a filter that `checkUsageFilter` accepts. It leaves out `hub` and `searchText`, because the vendor alone
 * knows what they mean.
 */
export function createUsageTest(filter: UsageFilter): (record: UsageRecord) => boolean {
  const { elementKeys, tags, status, ipAddress, elementApis, userIds, accountIds, instanceIds } = filter;
  const { responseStatus, processTime } = filter;
  const tests: ((record: UsageRecord) => boolean)[] = [];
  const addList = (
    values: readonly string[] | undefined,
    valuesOf: (record: UsageRecord) => readonly (string | null)[],
  ): void => {
    if (!values) return;
    const wanted: ReadonlySet<string | null> = new Set(values);
    tests.push((record) => valuesOf(record).some((value) => wanted.has(value)));
  };
  const addRange = (range: IntRange | undefined, valueOf: (record: UsageRecord) => number | null): void => {
    if (!range) return;
    const { gte = -Infinity, lt = Infinity } = range;
    tests.push((record) => {
      const value = valueOf(record);
      return value !== null && value >= gte && value < lt;
    });
  };
  addList(elementKeys, (record) => [record.elementKey]);
  addList(tags, (record) => [...record.elementTags, ...record.instanceTags]);
  if (status) tests.push((record) => record.requestStatus === status);
  if (ipAddress !== undefined) tests.push(createAddressTest(ipAddress));
  addList(elementApis, (record) => [record.elementApi]);
  addList(userIds, (record) => [record.userId]);
  addList(accountIds, (record) => [record.accountId]);
  addList(instanceIds, (record) => [record.instanceId]);
  addRange(responseStatus, (record) => record.responseStatus);
  addRange(processTime, (record) => record.processTime);
  return (record) => {
    for (const isMatch of tests) if (!isMatch(record)) return false;
    return true;
  };
}
