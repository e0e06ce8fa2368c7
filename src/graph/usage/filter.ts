import type { UsageFilter } from '../../sources/usage/filter.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { refuseMasked } from '../masking.ts';
import { RequestStatusType } from './types.ts';

export const UsageRecordFilterInput = builder.inputType('UsageRecordFilter', {
  description:
    'A record must match all given fields. An empty list matches nothing. The vendor tests every field except `ipAddress`, which Sightline tests in a bounded scan.',
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
  };
}
