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
  /** An address or a CIDR block. The vendor cannot filter by it, so it takes a bounded scan. */
  readonly ipAddress?: string;
}

const MOST_VALUES = 50;
const LONGEST_TEXT = 256;
const CONTROL = /\p{Cc}/u;

/**
 * Refuses values that must not reach the vendor, or would change on the way: empty texts, control characters, half a surrogate
 * pair, texts over 256 characters, lists of over 50 values; and an `ipAddress` that is no address.
 * @param argument the filter's path among the caller's arguments
 * @throws RequestError `BAD_USER_INPUT` with the argument's name
 */
export function checkUsageFilter(filter: UsageFilter, argument: string): void {
  checkText(`${argument}.hub`, filter.hub);
  checkText(`${argument}.searchText`, filter.searchText);
  checkList(`${argument}.elementKeys`, filter.elementKeys);
  checkList(`${argument}.tags`, filter.tags);
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

function refuse(argument: string, rule: string): never {
  throw new RequestError('BAD_USER_INPUT', `'${argument}' ${rule}.`, { argument });
}

/**
 * The part of a filter that the vendor can apply, as parameters of `GET /usage`. `ipAddress` is not one of them
 * (`docs/vendors.md#usage-request-parameters`).
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
      /** The series that counts exactly what the filter asks for; null: there is none, so records are counted one by one. */
      readonly countingSeries: UsageSeries | null;
    };

/** Splits a filter between the vendor and us. */
export function splitUsageFilter(filter: UsageFilter): UsageFilterSplit {
  if (filter.elementKeys?.length === 0 || filter.tags?.length === 0) return { kind: 'nothing' };
  return {
    kind: 'read',
    query: encodeUsageFilter(filter),
    isScan: filter.ipAddress !== undefined,
    countingSeries: countingSeries(filter),
  };
}

function countingSeries({ elementKeys, status, ...others }: UsageFilter): UsageSeries | null {
  if (Object.keys(others).length > 0 || (elementKeys && status)) return null;
  return elementKeys ? 'elements' : status ? 'statuses' : 'activity';
}

/** TEMP */
export function createUsageTest(filter: UsageFilter): (record: UsageRecord) => boolean {
  const tests: ((record: UsageRecord) => boolean)[] = [];
  const { elementKeys, tags, status, ipAddress } = filter;
  if (elementKeys) tests.push((r) => r.elementKey !== null && elementKeys.includes(r.elementKey));
  if (tags) tests.push((r) => [...r.elementTags, ...r.instanceTags].some((t) => tags.includes(t)));
  if (status) tests.push((r) => r.requestStatus === status);
  if (ipAddress !== undefined) tests.push(createAddressTest(ipAddress));
  return (r) => tests.every((t) => t(r));
}
