import type { IntRange, UsageFilter } from '../../sources/usage/filter.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { refuseMasked } from '../masking.ts';
import { RequestStatusType } from './types.ts';

const IntRangeInput = builder.inputType('IntRange', {
  description:
    'Numbers from `gte` (inclusive) to `lt` (exclusive). Give at least one of them. If `gte` is not below `lt`, the range matches nothing. A record without a value does not match.',
  fields: (t) => ({
    gte: t.int({ description: 'The value is at least this number.' }),
    lt: t.int({ description: 'The value is below this number.' }),
  }),
});

export const UsageRecordFilterInput = builder.inputType('UsageRecordFilter', {
  description:
    'A record must match all given fields. An empty list matches nothing. The vendor tests `hub`, `elementKeys`, `tags`, `status` and `searchText`. Sightline tests the other fields in a bounded scan: coverage says how far it got.',
  fields: (t) => ({
    hub: t.string({ description: 'The name of a hub, such as `documents` or `crm`.' }),
    elementKeys: t.stringList({ description: "Calls of any of these elements. The vendor's `keys[]`." }),
    tags: t.stringList({ description: "Calls with any of these tags. The vendor's `tags[]`." }),
    status: t.field({ type: RequestStatusType, description: 'Calls that ended like this.' }),
    searchText: t.string({
      description: 'Text that the vendor searches for in the record. Needs `pii:read`.',
    }),
    ipAddress: t.field({
      type: 'IP',
      description:
        'Calls from this address, or from any address in this CIDR block. This is a bounded scan: coverage says how far it got. If a record names several addresses, one match is enough. Needs `pii:read`.',
    }),
    elementApis: t.stringList({
      description: 'Calls of any of these operations of elements (`elementApi`). This is a bounded scan.',
    }),
    userIds: t.idList({ description: 'Calls of any of these users. This is a bounded scan.' }),
    accountIds: t.idList({ description: 'Calls of any of these accounts. This is a bounded scan.' }),
    instanceIds: t.idList({
      description: 'Calls of any of these element instances. This is a bounded scan.',
    }),
    responseStatus: t.field({
      type: IntRangeInput,
      description: 'Calls whose HTTP status is in this range. This is a bounded scan.',
    }),
    processTime: t.field({
      type: IntRangeInput,
      description: 'Calls that took a time in this range, in milliseconds. This is a bounded scan.',
    }),
  }),
});

export type UsageRecordFilterShape = typeof UsageRecordFilterInput.$inferInput;

/**
 * The filter for the source, without nulls.
 * @throws RequestError `FORBIDDEN` for a field that would reveal what the viewer may not see
 */
export function readUsageFilter(
  input: UsageRecordFilterShape | null | undefined,
  viewer: Viewer,
  argument = 'filter',
): UsageFilter {
  const { hub, elementKeys, tags, status, searchText, ipAddress } = input ?? {};
  const { elementApis, userIds, accountIds, instanceIds, responseStatus, processTime } = input ?? {};
  // The vendor searches the whole record, which includes its address and its URI.
  if (searchText != null) refuseMasked(viewer, 'REQUEST_URI', `${argument}.searchText`);
  if (ipAddress != null) refuseMasked(viewer, 'IP_ADDRESS', `${argument}.ipAddress`);
  return {
    ...(hub != null && { hub }),
    ...(elementKeys != null && { elementKeys }),
    ...(tags != null && { tags }),
    ...(status != null && { status }),
    ...(searchText != null && { searchText }),
    ...(ipAddress != null && { ipAddress }),
    ...(elementApis != null && { elementApis }),
    ...(userIds != null && { userIds }),
    ...(accountIds != null && { accountIds }),
    ...(instanceIds != null && { instanceIds }),
    ...(responseStatus != null && { responseStatus: readIntRange(responseStatus) }),
    ...(processTime != null && { processTime: readIntRange(processTime) }),
  };
}

function readIntRange({ gte, lt }: typeof IntRangeInput.$inferInput): IntRange {
  return { ...(gte != null && { gte }), ...(lt != null && { lt }) };
}
