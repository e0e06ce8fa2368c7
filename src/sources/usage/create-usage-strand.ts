import { grantScan } from '../../upstream/grant-scan.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { createAddressTest } from '../walk/address.ts';
import { seekIn } from '../walk/held-files.ts';
import type { Strand } from '../walk/strand.ts';
import { checkUsageFilter } from './check-usage-filter.ts';
import { createUsageLocator } from './locate-usage.ts';
import type { UsageRecord } from './usage-record.ts';
import type { UsageFilter, UsageSource } from './usage-source.ts';
import type { UsageDeps } from './usage-deps.ts';
import { createUsageWalk } from './usage-walk.ts';

/**
 * The records that a filter lets through; null: nothing can match it. The series tell where records lie, for walks upward.
 * @param argument where the filter stands among the caller's arguments
 * @throws RequestError `BAD_USER_INPUT`
 */
export function createUsageStrand(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
  getUsageAnalytics: UsageSource['getUsageAnalytics'],
  argument = 'filter',
): Strand<UsageRecord> | null {
  checkUsageFilter(filter, argument);
  if (filter.elementKeys?.length === 0 || filter.tags?.length === 0) return null;
  const isInside = filter.ipAddress === undefined ? null : createAddressTest(filter.ipAddress);
  return {
    source: 'USAGE',
    walk: createUsageWalk(
      deps,
      isInside ? grantScan(context) : context,
      filter,
      createUsageLocator(getUsageAnalytics),
    ),
    isMatch: isInside ?? (() => true),
    maxScannedRows: isInside ? deps.settings.maxScannedRows : null,
    age: seekIn(deps.settings.age, columnsOf(filter)),
  };
}

/** Where each part of a filter looks, by the vendor's name. */
const COLUMNS: Readonly<Record<keyof UsageFilter, readonly string[]>> = {
  hub: ['elementKey', 'requestURI'],
  elementKeys: ['elementKey'],
  tags: ['elementTags', 'instanceTags'],
  status: ['requestStatus'],
  searchText: ['elementKey', 'elementName', 'elementApi', 'instanceName', 'requestURI', 'requestIP'],
  ipAddress: ['requestIP'],
};

function columnsOf(filter: UsageFilter): readonly (readonly string[])[] {
  return (Object.keys(filter) as (keyof UsageFilter)[]).map((part) => COLUMNS[part]);
}
