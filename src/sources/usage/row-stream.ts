import { RequestError } from '../../base/errors.ts';
import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { keepsFrom, readThroughArchive } from '../paging/archived-reading.ts';
import type { ArchiveReading } from '../paging/archived-reading.ts';
import type { ArchivedRows } from '../paging/archived-rows.ts';
import { noteLackingColumns } from '../paging/held-files.ts';
import type { ReadBatches, RowStream } from '../paging/row-stream.ts';
import type { LocateRows } from '../paging/window-paging.ts';
import type { GetUsageAnalytics } from './analytics/analytics.ts';
import { LIST_OPERATION } from './client.ts';
import type { UsageDeps } from './client.ts';
import { checkUsageFilter, splitUsageFilter } from './filter.ts';
import type { UsageFilter } from './filter.ts';
import { createUsagePaging } from './paging.ts';
import type { UsageRecord } from './record.ts';

/**
 * The row stream for a filter: the records that the vendor gives for its part of the filter, and the test of the rest, which the
 * reader of the stream must apply. null: no record can match. `getUsageAnalytics` gives a hint about their times, for reading in
 * ascending order.
 * @param argument the filter's path among the caller's arguments
 * @param knownAtMs reads what the archive knew then; null: what is known now
 * @throws RequestError `BAD_USER_INPUT`
 */
export function createUsageRowStream(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
  getUsageAnalytics: GetUsageAnalytics,
  argument = 'filter',
  knownAtMs: number | null = null,
): RowStream<UsageRecord> | null {
  checkUsageFilter(filter, argument);
  const split = splitUsageFilter(filter);
  if (split.kind === 'nothing') return null;
  return {
    source: 'USAGE',
    operation: LIST_OPERATION,
    read: readBoth(
      deps,
      filter,
      createUsagePaging(
        deps,
        split.isScan ? forScan(context) : context,
        filter,
        createUsageLocator(getUsageAnalytics),
      ),
      argument,
      knownAtMs,
    ),
    isMatch: split.isMatch,
    maxScannedRows: split.isScan ? deps.settings.maxScannedRows : null,
    // If files are served and lack a column that the filter uses, coverage says so.
    age: noteLackingColumns(deps.settings.age, columnsOf(filter)),
  };
}

/** Reads through the archive, if there is one and it can test the filter. */
function readBoth(
  deps: UsageDeps,
  filter: UsageFilter,
  readVendor: ReadBatches<UsageRecord>,
  argument: string,
  knownAtMs: number | null,
): ReadBatches<UsageRecord> {
  const reading = readUsageArchive(deps, filter, knownAtMs);
  if (reading) return readThroughArchive(reading, readVendor);
  const vendorsOwn = deps.archive && findUntestable(deps.archive, filter);
  if (knownAtMs === null || vendorsOwn === undefined) return readVendor;
  throw new RequestError(
    'BAD_USER_INPUT',
    `The archive can't apply '${argument}.${vendorsOwn}', and the vendor does not know what it knew at 'range.asKnownAt'. Leave one of them out.`,
    { argument: `${argument}.${vendorsOwn}` },
  );
}

/** How the archive is read for a filter; null: there is none, or only the vendor can apply the filter. */
export function readUsageArchive(
  { archive, settings, nowMs }: UsageDeps,
  filter: UsageFilter,
  knownAtMs: number | null,
): ArchiveReading<UsageRecord, UsageFilter> | null {
  if (!archive || findUntestable(archive, filter) !== undefined) return null;
  const vendorKeepsFromMs = keepsFrom(settings.age, nowMs);
  return { source: 'USAGE', rows: archive, filter, knownAtMs, vendorKeepsFromMs };
}

/** The first part of a filter that the archive can't test. */
function findUntestable(
  { lacksPersonalData }: Pick<ArchivedRows<UsageRecord, UsageFilter>, 'lacksPersonalData'>,
  filter: UsageFilter,
): keyof UsageFilter | undefined {
  const parts: readonly (keyof UsageFilter)[] = lacksPersonalData
    ? [...VENDORS_OWN, 'ipAddress']
    : VENDORS_OWN;
  return parts.find((part) => filter[part] !== undefined);
}

/** The parts of a filter whose meaning only the vendor knows. */
const VENDORS_OWN = ['hub', 'searchText'] as const;

/** The vendor's fields that each part of a filter tests. */
const COLUMNS: Readonly<Record<keyof UsageFilter, readonly string[]>> = {
  hub: ['elementKey', 'requestURI'],
  elementKeys: ['elementKey'],
  tags: ['elementTags', 'instanceTags'],
  status: ['requestStatus'],
  searchText: ['elementKey', 'elementName', 'elementApi', 'instanceName', 'requestURI', 'requestIP'],
  ipAddress: ['requestIP'],
  elementApis: ['elementApi'],
  userIds: ['userId'],
  accountIds: ['accountId'],
  instanceIds: ['instanceId'],
  responseStatus: ['responseStatus'],
  processTime: ['processTime'],
};

function columnsOf(filter: UsageFilter): readonly (readonly string[])[] {
  return (Object.keys(filter) as (keyof UsageFilter)[]).map((part) => COLUMNS[part]);
}

/** The locator takes the finest of these that keeps its answer small. */
const INTERVALS = [
  ['SECOND', 1_000],
  ['MINUTE', 60_000],
  ['HOUR', 3_600_000],
] as const;
const MOST_BUCKETS = 2_000;

/**
 * Finds the time up to which a span holds `wanted` records, by one call of the activity series. It is only a hint, because the
 * series has no filter and lags. null: the series cannot be read, or the span holds fewer.
 */
export function createUsageLocator(getUsageAnalytics: GetUsageAnalytics): LocateRows {
  return async (span, wanted) => {
    const spanMs = span.toMs - span.fromMs;
    const analytics = await getUsageAnalytics({
      range: span,
      interval: INTERVALS.find(([, ms]) => spanMs <= MOST_BUCKETS * ms)?.[0] ?? 'DAY',
      timeZone: 'UTC',
      series: new Set(['activity'] as const),
      previous: [],
    }).catch(() => null);
    if (!analytics) return null;
    let seen = 0;
    for (const { startMs, endMs, count } of analytics.buckets) {
      if (count === null) return null;
      if (seen + count >= wanted) {
        const share = (wanted - seen) / count;
        return startMs + Math.ceil((endMs - startMs) * share);
      }
      seen += count;
    }
    return null;
  };
}
