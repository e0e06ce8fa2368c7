import type { Query } from '../../upstream/upstream.ts';
import type { UsageFilter } from './usage-source.ts';

/**
 * The part of a filter that `GET /usage` understands, as its parameters. `ipAddress` is not among them.
 * Statuses go out in upper case, which both of the vendor's pages accept.
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
