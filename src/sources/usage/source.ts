import DataLoader from 'dataloader';
import { scopedKey } from '../../base/credential-scope.ts';
import { asError } from '../../base/errors.ts';
import type { Interval, Range } from '../../base/time.ts';
import { forScan } from '../../upstream/upstream.ts';
import type { CachePolicy, CallContext } from '../../upstream/upstream.ts';
import { countMatches, countPage } from '../paging/count.ts';
import { coverNothing } from '../paging/coverage.ts';
import { isHeldWhole } from '../paging/held-files.ts';
import type { HeldFiles } from '../paging/held-files.ts';
import { readPage } from '../paging/page.ts';
import type { Page, PageRequest, TotalCount } from '../paging/page.ts';
import { requireParsable } from '../paging/row-stream.ts';
import { isSkipped } from '../paging/vendor-list.ts';
import { requireScope } from '../shared/scope.ts';
import type { AnalyticsRequest, UsageAnalytics, UsageSeries } from './analytics/analytics.ts';
import type { UsageDeps } from './client.ts';
import { decodeUsageRecord } from './decode.ts';
import { countingSeries } from './filter.ts';
import type { UsageFilter } from './filter.ts';
import { findUsageRecords } from './find.ts';
import type { RecordKey } from './find.ts';
import { createUsagePaging } from './paging.ts';
import type { UsageRecord } from './record.ts';
import { createUsageRowStream } from './row-stream.ts';

/** The Usage API as one operation sees it: equal questions are asked once. */
export interface UsageSource {
  /**
   * One record by its id: `GET /usage/{id}`, or, where several are asked for whose times are known, by few windows of
   * `GET /usage`. null: there is none. @throws UpstreamError, RequestError `LIMIT_EXCEEDED`
   * @param timestampMs where to look first, a hint and no more; null: not known
   */
  getUsageRecord(id: string, timestampMs: number | null): Promise<UsageRecord | null>;
  /** `GET /usage`. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
  listUsageRecords(request: PageRequest<UsageFilter>): Promise<Page<UsageRecord>>;
  /** How many there are in a range; null where no honest figure exists. @throws UpstreamError */
  countUsageRecords(range: Range, filter: UsageFilter): Promise<TotalCount | null>;
  /** `GET /usage/analytics/…`. Never fails for a vendor's failure: coverage tells it. @throws RequestError */
  getUsageAnalytics(request: AnalyticsRequest): Promise<UsageAnalytics>;
}

const BY_ID = '/usage/{id}';
/**
 * A record may be deleted, and one that is not there may yet come: neither answer is kept for longer than what is live. A
 * single record has no place to be marked stale in, so none stands in where the vendor fails.
 */
const RECORD: CachePolicy = { freshMs: 5_000, staleIfErrorMs: 0 };
/** What a usage id can be: any other text is nobody's id, and `..` would escape the path even when encoded. */
const USAGE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The Usage API for one operation: its loaders live as long as the operation does. */
export function createUsageSource(
  deps: UsageDeps,
  getUsageAnalytics: (request: AnalyticsRequest) => Promise<UsageAnalytics>,
  context: CallContext,
): UsageSource {
  const { upstream, settings, nowMs } = deps;
  const knownCounts = new Map<string, TotalCount>();

  const records = new DataLoader<RecordKey, UsageRecord | null, string>(
    (keys) => {
      // Of an earlier answer that stands in nothing could be told.
      const freshDeps = { ...deps, settings: { ...settings, staleIfErrorMs: 0 } };
      return findUsageRecords(
        keys,
        createUsagePaging(freshDeps, context, {}, async () => null),
        readRecord,
      );
    },
    {
      cacheKeyFn: ({ id, timestampMs }) =>
        scopedKey(requireScope(context, 'USAGE', BY_ID), BY_ID, id, String(timestampMs)),
    },
  );
  const pages = new DataLoader<PageRequest<UsageFilter>, Page<UsageRecord>, string>(
    (requests) => Promise.all(requests.map((request) => readUsagePage(request).catch(asError))),
    { cacheKeyFn: (request) => keyOf('page', request) },
  );
  const keyOf = (kind: string, value: unknown): string =>
    scopedKey(requireScope(context, 'USAGE', '/usage'), kind, JSON.stringify(value));

  async function readRecord(id: string): Promise<UsageRecord | null> {
    const answer = await upstream.get(
      {
        operation: BY_ID,
        path: `/usage/${id}`,
        query: [],
        cache: RECORD,
        decode: (response) => {
          if (response.status === 404) return { value: null, rows: 0 };
          const record = decodeUsageRecord(response.body);
          if (isSkipped(record)) throw new TypeError('The record could not be understood.');
          if (record.id !== id) throw new TypeError('The vendor answered with another record.');
          return { value: record, rows: 1 };
        },
      },
      context,
    );
    return answer.value;
  }

  async function readUsagePage(request: PageRequest<UsageFilter>): Promise<Page<UsageRecord>> {
    const { filter, range } = request;
    const stream = createUsageRowStream(deps, context, filter, getUsageAnalytics);
    if (!stream) return { rows: [], hasMore: false, end: null, coverage: [coverNothing('USAGE', range)] };
    const page = await readPage(request, requireParsable(stream), nowMs);
    for (const row of page.rows)
      for (const key of [row, { id: row.id, timestampMs: null }]) records.prime(key, row);
    const isWhole =
      request.after === null &&
      !page.hasMore &&
      page.coverage.every(({ dropped }) => dropped === 0) &&
      isHeldWhole(range, stream.age.files);
    if (isWhole) knownCounts.set(keyOf('count', [range, filter]), countPage(page));
    return page;
  }

  async function countBySeries(
    range: Range,
    { elementKeys, status }: UsageFilter,
    series: UsageSeries,
    files: HeldFiles | null | undefined,
  ): Promise<TotalCount | null> {
    const interval = alignedInterval(range);
    const { totals, coverage } = await getUsageAnalytics({
      range,
      interval,
      timeZone: 'UTC',
      series: new Set([series]),
      previous: [],
    });
    const value = elementKeys
      ? totals.elements &&
        [...new Set(elementKeys)].reduce((sum, key) => sum + (totals.elements?.get(key) ?? 0), 0)
      : status
        ? totals.statuses && totals.statuses[status === 'SUCCESS' ? 'success' : 'failed']
        : totals.count;
    if (value === null || !Number.isSafeInteger(value)) return null;
    // What was kept from before this operation speaks of another moment than the list beside it.
    const isClosed =
      isHeldWhole(range, files) &&
      coverage.every(
        (entry) =>
          entry.status === 'COMPLETE' &&
          entry.reason === null &&
          entry.asOfMs !== null &&
          entry.asOfMs >= nowMs,
      );
    return { value, accuracy: interval !== null && isClosed ? 'EXACT' : 'ESTIMATE' };
  }

  return {
    async getUsageRecord(id, timestampMs) {
      if (!USAGE_ID.test(id)) return null;
      return records.load({ id, timestampMs });
    },
    async listUsageRecords(request) {
      return pages.load(request);
    },
    async countUsageRecords(range, filter) {
      const stream = createUsageRowStream(deps, forScan(context, 'count'), filter, getUsageAnalytics);
      if (!stream) return { value: 0, accuracy: 'EXACT' };
      const known = knownCounts.get(keyOf('count', [range, filter]));
      if (known) return known;
      const series = countingSeries(filter);
      if (series) return countBySeries(range, filter, series, stream.age.files);
      return countMatches(range, stream, settings.maxScannedRows, nowMs);
    },
    getUsageAnalytics,
  };
}

/** More buckets than these are not worth reading for a count. */
const MOST_BUCKETS = 2_000;

/** The coarsest interval whose UTC buckets begin and end just where the range does; null: none does in few buckets. */
function alignedInterval({ fromMs, toMs }: Range): Interval | null {
  const steps: readonly (readonly [Interval, number])[] = [
    ['DAY', 86_400_000],
    ['HOUR', 3_600_000],
    ['MINUTE', 60_000],
  ];
  const aligned = steps.find(([, ms]) => fromMs % ms === 0 && toMs % ms === 0);
  return aligned && (toMs - fromMs) / aligned[1] <= MOST_BUCKETS ? aligned[0] : null;
}
