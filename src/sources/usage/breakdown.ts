import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { groupInArchive } from '../paging/archived-groups.ts';
import type { ArchiveReading } from '../paging/archived-reading.ts';
import type { ArchiveFigures, KnownRange, WantedFigures } from '../paging/archived-rows.ts';
import { coverNothing } from '../paging/coverage.ts';
import type { Coverage } from '../paging/coverage.ts';
import { scanRange } from '../paging/scan-range.ts';
import type { ScannedRows } from '../paging/scan-range.ts';
import { namedAddresses } from '../shared/addresses.ts';
import { createBreakdown, mapGroups } from '../shared/groups.ts';
import type { Breakdown, Groups, TallyRules } from '../shared/groups.ts';
import type { GetUsageAnalytics, ProcessTime, StatusCounts } from './analytics/analytics.ts';
import type { UsageDeps } from './client.ts';
import type { UsageFilter } from './filter.ts';
import type { UsageRecord } from './record.ts';
import { createUsageRowStream, readUsageArchive } from './row-stream.ts';

/** What usage records can be grouped by. */
export const USAGE_DIMENSIONS = [
  'ELEMENT',
  'STATUS',
  'API',
  'INSTANCE',
  'ACCOUNT',
  'USER',
  'TAG',
  'METHOD',
  'RESPONSE_STATUS',
  'IP_ADDRESS',
] as const;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

/** Milliseconds. Percentiles are by nearest rank, so each is the process time of a record. */
export interface ProcessTimeSpread extends ProcessTime {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The figures of a group, or of one of its buckets. */
export interface UsageFigures {
  readonly count: number;
  /** Records with another status, or with none, are in `count` only. */
  readonly statuses: StatusCounts;
  /** null: no record has a process time. */
  readonly processTime: ProcessTimeSpread | null;
}

/** Which records to group, and how. */
export interface UsageBreakdownRequest {
  readonly range: KnownRange;
  readonly filter: UsageFilter;
  /** One to three, each once. */
  readonly by: readonly UsageDimension[];
  /** The edges of the buckets, which hold the range; null: no buckets. */
  readonly edges: readonly number[] | null;
  /** The most groups, besides the one of all others. */
  readonly top: number;
  /** The figures that are shown besides counts. */
  readonly wanted: WantedFigures;
}

export interface UsageBreakdown extends Groups<UsageFigures> {
  /** If it is TRUNCATED or FAILED, counts are lower bounds, and the other figures are those of the records that were read. */
  readonly coverage: readonly Coverage[];
}

/**
 * Reads the records to group in one bounded scan. The vendor gets its part of the filter. If it fails, the records read before are
 * given.
 * @param held leaves what the archive holds to it; null: reads all rows
 * @throws RequestError `BAD_USER_INPUT`
 */
export async function scanUsageRecords(
  deps: UsageDeps,
  context: CallContext,
  getUsageAnalytics: GetUsageAnalytics,
  { range, filter }: Pick<UsageBreakdownRequest, 'range' | 'filter'>,
  held: ArchiveReading<UsageRecord, UsageFilter> | null,
): Promise<ScannedRows<UsageRecord>> {
  const { knownAtMs = null } = range;
  const stream = createUsageRowStream(deps, forScan(context), filter, getUsageAnalytics, 'filter', knownAtMs);
  if (!stream) return { rows: [], held: [], coverage: [coverNothing('USAGE', range)] };
  return scanRange(range, stream, deps.settings.maxScannedRows, deps.nowMs, held);
}

/** Groups records: in the archive those that it holds, together with the others. @throws RequestError */
export async function breakDownUsage(
  deps: UsageDeps,
  request: UsageBreakdownRequest,
  scan: (held: ArchiveReading<UsageRecord, UsageFilter> | null) => Promise<ScannedRows<UsageRecord>>,
): Promise<UsageBreakdown> {
  const archive = readUsageArchive(deps, request.filter, request.range.knownAtMs ?? null);
  const scanned = await scan(archive);
  if (!archive || scanned.held.length === 0) return groupUsageRecords(scanned, request);
  const groups = await groupInArchive(archive, scanned, request);
  if (groups) return { ...mapGroups(groups, readFigures), coverage: scanned.coverage };
  return groupUsageRecords(await scan(null), request);
}

function readFigures({ count, success, failed, processTime }: ArchiveFigures): UsageFigures {
  return { count, statuses: { success, failed }, processTime };
}

/** Groups records that were read. @throws RequestError `LIMIT_EXCEEDED` */
export function groupUsageRecords(
  { rows, coverage }: ScannedRows<UsageRecord>,
  { by, edges, top }: UsageBreakdownRequest,
): UsageBreakdown {
  const breakdown = createUsageBreakdown(by, edges);
  for (const row of rows) breakdown.add(row);
  return { ...breakdown.groups(top), coverage };
}

/** Groups records one by one, without a call. */
export function createUsageBreakdown(
  by: readonly UsageDimension[],
  edges: readonly number[] | null,
): Breakdown<UsageRecord, UsageFigures> {
  return createBreakdown({ valuesOf: by.map((dimension) => USAGE_VALUES[dimension]), edges, rules: RULES });
}

/** The values of a record in each dimension. */
export const USAGE_VALUES: Readonly<Record<UsageDimension, (record: UsageRecord) => readonly string[]>> = {
  ELEMENT: ({ elementKey }) => listOne(elementKey),
  STATUS: ({ requestStatus, requestStatusText }) => listOne(requestStatus ?? requestStatusText),
  API: ({ elementApi }) => listOne(elementApi),
  INSTANCE: ({ instanceId, instanceName }) => listOne(instanceId ?? instanceName),
  ACCOUNT: ({ accountId }) => listOne(accountId),
  USER: ({ userId }) => listOne(userId),
  TAG: ({ elementTags, instanceTags }) => [...new Set([...elementTags, ...instanceTags])],
  METHOD: ({ requestMethod }) => listOne(requestMethod),
  RESPONSE_STATUS: ({ responseStatus }) => listOne(responseStatus === null ? null : String(responseStatus)),
  IP_ADDRESS: namedAddresses,
};

function listOne(value: string | null): readonly string[] {
  return value === null ? [] : [value];
}

interface UsageTally {
  count: number;
  success: number;
  failed: number;
  readonly processTimes: number[];
}

const RULES: TallyRules<UsageRecord, UsageTally, UsageFigures> = {
  create: () => ({ count: 0, success: 0, failed: 0, processTimes: [] }),
  add(tally, { requestStatus, processTime }) {
    tally.count += 1;
    if (requestStatus === 'SUCCESS') tally.success += 1;
    if (requestStatus === 'FAILED') tally.failed += 1;
    if (processTime !== null) tally.processTimes.push(processTime);
  },
  merge(into, from) {
    into.count += from.count;
    into.success += from.success;
    into.failed += from.failed;
    for (const time of from.processTimes) into.processTimes.push(time);
  },
  count: ({ count }) => count,
  figures: ({ count, success, failed, processTimes }) => ({
    count,
    statuses: { success, failed },
    processTime: spreadOf(processTimes),
  }),
};

/** null: there are no times. */
function spreadOf(times: readonly number[]): ProcessTimeSpread | null {
  if (times.length === 0) return null;
  const sorted = Float64Array.from(times).sort();
  /** By nearest rank: the least time that at least so many percent of the times do not pass. */
  const percentile = (percent: number) => sorted[Math.ceil((sorted.length * percent) / 100) - 1]!;
  const sum = times.reduce((total, time) => total + time, 0);
  return {
    min: sorted[0]!,
    max: sorted.at(-1)!,
    avg: sum / times.length,
    p50: percentile(50),
    p95: percentile(95),
    p99: percentile(99),
  };
}
