import DataLoader from 'dataloader';
import { scopedKey } from '../../base/credential-scope.ts';
import { asError, UpstreamError } from '../../base/errors.ts';
import type { Range } from '../../base/time.ts';
import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { countThroughArchive } from '../paging/archived-count.ts';
import { findThroughArchive } from '../paging/archived-finds.ts';
import type { ArchiveReading } from '../paging/archived-reading.ts';
import type { KnownRange } from '../paging/archived-rows.ts';
import { countMatches, createKnownCounts } from '../paging/count.ts';
import { coverNothing } from '../paging/coverage.ts';
import { findRows } from '../paging/find-rows.ts';
import type { RowKey } from '../paging/find-rows.ts';
import { readPage } from '../paging/page.ts';
import type { Page, PageRequest, TotalCount } from '../paging/page.ts';
import { requireParsable } from '../paging/row-stream.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import { loadOnce } from '../shared/load-once.ts';
import { requireScope } from '../shared/scope.ts';
import type {
  AnalyticsRequest,
  GetUsageAnalytics,
  UsageAnalytics,
  UsageSeries,
} from './analytics/analytics.ts';
import { breakDownUsage, scanUsageRecords } from './breakdown.ts';
import type { UsageBreakdown, UsageBreakdownRequest } from './breakdown.ts';
import { LIST_OPERATION, readUsageRecord, RECORD_OPERATION } from './client.ts';
import type { UsageDeps } from './client.ts';
import { countBySeries } from './count.ts';
import { checkUsageFilter, splitUsageFilter } from './filter.ts';
import type { UsageFilter } from './filter.ts';
import { createUsagePaging } from './paging.ts';
import { isUsageRecordId } from './record.ts';
import type { UsageRecord } from './record.ts';
import { createUsageRowStream, readUsageArchive } from './row-stream.ts';

/** The Usage API for one operation: equal questions are asked once. */
export interface UsageSource {
  /**
   * One record by its id: `GET /usage/{id}`. If several records with known times are requested, it reads few windows of
   * `GET /usage` instead. null: there is no such record. @throws UpstreamError, RequestError `LIMIT_EXCEEDED`
   * @param timestampMs the time to look at first, only a hint; null: not known
   */
  getUsageRecord(id: string, timestampMs: number | null): Promise<UsageRecord | null>;
  /** `GET /usage`. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
  listUsageRecords(request: PageRequest<UsageFilter>): Promise<Page<UsageRecord>>;
  /** How many records are in a range; null: no count can be given. @throws UpstreamError */
  countUsageRecords(range: KnownRange, filter: UsageFilter): Promise<TotalCount | null>;
  /** `GET /usage/analytics/…`. Does not fail if the vendor fails: coverage reports it. @throws RequestError */
  getUsageAnalytics(request: AnalyticsRequest): Promise<UsageAnalytics>;
  /**
   * Records in groups, from one bounded scan. Breakdowns with one range and filter share it. Does not fail if the vendor fails:
   * coverage reports it. @throws RequestError `BAD_USER_INPUT`, `LIMIT_EXCEEDED`
   */
  getUsageBreakdown(request: UsageBreakdownRequest): Promise<UsageBreakdown>;
}

/** The Usage API for one operation. Its loaders live as long as the operation. */
export function createUsageSource(
  deps: UsageDeps,
  getUsageAnalytics: GetUsageAnalytics,
  context: CallContext,
): UsageSource {
  const { settings, nowMs } = deps;
  const keyOf = (kind: string, value: unknown): string =>
    scopedKey(requireScope(context, 'USAGE', LIST_OPERATION), kind, JSON.stringify(value));
  const knownCounts = createKnownCounts<UsageFilter>(keyOf);
  const given = createGivenRows();

  let records: DataLoader<RecordKey, UsageRecord | null, string> | null = null;
  const openRecords = () =>
    new DataLoader<RecordKey, UsageRecord | null, string>(
      (keys) => {
        // A single record has no coverage to say that it is stale, so an earlier answer is never served.
        const freshDeps = { ...deps, settings: { ...settings, staleIfErrorMs: 0 } };
        const read = createUsagePaging(freshDeps, context, {}, async () => null);
        return findThroughArchive(deps.archive, keys, (missing) =>
          findUsageRecords(missing, read, (id) => readUsageRecord(deps, context, id)),
        );
      },
      {
        cacheKeyFn: ({ id, timestampMs }) =>
          scopedKey(
            requireScope(context, 'USAGE', RECORD_OPERATION),
            RECORD_OPERATION,
            id,
            String(timestampMs),
          ),
      },
    );
  const loadPage = loadOnce((request: PageRequest<UsageFilter>) => keyOf('page', request), readUsagePage);
  const loadCount = loadOnce(({ range, filter }: CountQuestion) => keyOf('count', [range, filter]), count);
  const scan = ({ held, ...request }: UsageScan) =>
    scanUsageRecords(deps, context, getUsageAnalytics, request, held);
  const loadScan = loadOnce(
    ({ range, filter, held }: UsageScan) => keyOf('scan', { range, filter, isBeside: held !== null }),
    scan,
  );

  async function count({ range, filter, series }: CountQuestion): Promise<TotalCount | null> {
    const stream = createUsageRowStream(deps, forScan(context, 'count'), filter, getUsageAnalytics);
    if (!stream) return { value: 0, accuracy: 'EXACT' };
    const countVendor = async (part: Range): Promise<TotalCount | null> =>
      series && !(reading && part.toMs - part.fromMs <= LIVE_EDGE_MS)
        ? countBySeries(getUsageAnalytics, part, filter, series, stream.age.files, nowMs)
        : countMatches(part, stream, settings.maxScannedRows, nowMs);
    const reading = readUsageArchive(deps, filter, range.knownAtMs ?? null);
    return reading
      ? countThroughArchive(reading, range, countVendor, stream.age.files ?? null)
      : countVendor(range);
  }

  async function readUsagePage(request: PageRequest<UsageFilter>): Promise<Page<UsageRecord>> {
    const { filter, range } = request;
    const { knownAtMs = null } = range;
    const stream = createUsageRowStream(deps, context, filter, getUsageAnalytics, 'filter', knownAtMs);
    if (!stream) return { rows: [], hasMore: false, end: null, coverage: [coverNothing('USAGE', range)] };
    const page = await readPage(request, requireParsable(stream), nowMs);
    given.add(page.rows);
    knownCounts.note(request, page, stream.age.files);
    return page;
  }

  return {
    async getUsageRecord(id, timestampMs) {
      if (!isUsageRecordId(id)) return null;
      const row = given.find(id);
      const isSame = row && (timestampMs === null || timestampMs === row.timestampMs);
      return isSame ? row : (records ??= openRecords()).load({ id, timestampMs });
    },
    async listUsageRecords(request) {
      return loadPage(request);
    },
    async countUsageRecords(range, filter) {
      checkUsageFilter(filter, 'filter');
      const split = splitUsageFilter(filter);
      if (split.kind === 'nothing') return { value: 0, accuracy: 'EXACT' };
      return knownCounts.of(range, filter) ?? loadCount({ range, filter, series: split.countingSeries });
    },
    getUsageAnalytics,
    async getUsageBreakdown(request) {
      const { range, filter } = request;
      return breakDownUsage(deps, request, (held) =>
        // Without credentials there is no scope for a key, and no call is made: coverage reports NOT_CONFIGURED.
        context.credentials ? loadScan({ range, filter, held }) : scan({ range, filter, held }),
      );
    },
  };
}

interface CountQuestion {
  readonly range: KnownRange;
  readonly filter: UsageFilter;
  /** Counts just what the filter asks for; null: no series does. */
  readonly series: UsageSeries | null;
}

/** The rows after the end of the archive are counted one by one if they are of the last hour, because a series lags. */
const LIVE_EDGE_MS = 3_600_000;

interface UsageScan extends Pick<UsageBreakdownRequest, 'range' | 'filter'> {
  readonly held: ArchiveReading<UsageRecord, UsageFilter> | null;
}

/** Names a record. */
export interface RecordKey {
  readonly id: string;
  /** The time to look at first, only a hint; null: not known. */
  readonly timestampMs: number | null;
}

/**
 * Finds records. If the times of several are known, it reads windows of the list, so that the records of a page cost about as many
 * calls as the page. It reads the others by id, and also those that the list lacks, because only a call by id proves that there is
 * no such record.
 */
export async function findUsageRecords(
  keys: readonly RecordKey[],
  read: (read: BatchRequest) => AsyncGenerator<Batch<UsageRecord>, void>,
  readRecord: (id: string) => Promise<UsageRecord | null>,
): Promise<(UsageRecord | Error | null)[]> {
  const isTimed = (key: RecordKey): key is RowKey => key.timestampMs !== null;
  const timed = keys.filter(isTimed);
  const search = timed.length > 1 ? findRows(timed, read) : null;
  return Promise.all(
    keys.map(async (key) => {
      const found = isTimed(key) ? await search : null;
      if (!found || !isTimed(key)) return readRecord(key.id).catch(asError);
      const failure = found.failureOf(key);
      return (
        found.rowOf(key) ?? (failure && !isMisread(failure) ? failure : readRecord(key.id).catch(asError))
      );
    }),
  );
}

/** Whether the list's answers contradict each other or cannot be parsed. A call by id may still succeed. */
function isMisread(error: Error): boolean {
  return (
    error instanceof UpstreamError &&
    (error.code === 'UPSTREAM_OUT_OF_ORDER' || error.code === 'UPSTREAM_BAD_RESPONSE')
  );
}

interface GivenRows {
  readonly add: (rows: readonly UsageRecord[]) => void;
  readonly find: (id: string) => UsageRecord | undefined;
}

/** The rows of pages, so that none is read again by its id. They are indexed when one is looked for. */
function createGivenRows(): GivenRows {
  const byId = new Map<string, UsageRecord>();
  let unindexed: (readonly UsageRecord[])[] = [];
  return {
    add(rows) {
      unindexed.push(rows);
    },
    find(id) {
      for (const rows of unindexed) for (const row of rows) if (!byId.has(row.id)) byId.set(row.id, row);
      unindexed = [];
      return byId.get(id);
    },
  };
}
