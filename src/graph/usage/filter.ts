import type { UsageFilter } from '../../sources/usage/filter.ts';
import type { Viewer } from '../access.ts';
import { builder } from '../builder.ts';
import { refuseMasked } from '../masking.ts';
import { RequestStatusType } from './types.ts';

/** `UsageRecordFilter` in the graph. */
export const UsageRecordFilterInput = builder.inputType('UsageRecordFilter', {
  description:
    'All that `GET /usage` filters by, and `ipAddress`, which is a bounded scan. Fields are combined with AND. An empty list matches nothing.',
  fields: (t) => ({
    hub: t.string({ description: 'The name of a hub, such as `documents` or `crm`.' }),
    elementKeys: t.stringList({ description: "Any of these elements. The vendor's `keys[]`." }),
    tags: t.stringList({ description: "Any of these tags. The vendor's `tags[]`." }),
    status: t.field({ type: RequestStatusType, description: 'How the call ended.' }),
    searchText: t.string({ description: 'Text that the vendor looks for in a record. Needs `pii:read`.' }),
    ipAddress: t.field({
      type: 'IP',
      description:
        'From this address, or from any of this CIDR block: a bounded scan. A record that names several addresses matches by any of them. Needs `pii:read`.',
    }),
  }),
});

export type UsageRecordFilterShape = typeof UsageRecordFilterInput.$inferInput;

/**
 * The filter as the source takes it, its nulls left out.
 * @throws RequestError `FORBIDDEN` for a part that would tell what the viewer may not see
 */
export function readUsageFilter(
  input: UsageRecordFilterShape | null | undefined,
  viewer: Viewer,
  argument = 'filter',
): UsageFilter {
  const { hub, elementKeys, tags, status, searchText, ipAddress } = input ?? {};
  // The vendor searches the whole record, its address and its URI among the rest.
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
