import DataLoader from 'dataloader';
import type { Interval } from '../../base/interval.ts';
import type { Range } from '../../base/range.ts';
import { scopedKey } from '../../base/credential-scope.ts';
import { grantScan } from '../../upstream/grant-scan.ts';
import type { CachePolicy, CallContext } from '../../upstream/upstream.ts';
import { asError } from '../walk/as-error.ts';
import { countMatches, countPage } from '../walk/count-matches.ts';
import { coverNothing } from '../walk/cover-nothing.ts';
import { isHeldWhole, type HeldFiles } from '../walk/held-files.ts';
import type { Page, PageRequest, TotalCount } from '../walk/page.ts';
import { readPage } from '../walk/read-page.ts';
import { requireLegible } from '../walk/require-legible.ts';
import { requireScope } from '../walk/require-scope.ts';
import { isDropped } from '../walk/vendor-list.ts';
import { countingSeries } from './counting-series.ts';
import { createUsageStrand } from './create-usage-strand.ts';
import { decodeUsageRecord } from './decode-usage-record.ts';
import { findUsageRecords, type RecordKey } from './find-usage-records.ts';
import type { UsageRecord } from './usage-record.ts';
import type { AnalyticsRequest, UsageFilter, UsageSource } from './usage-source.ts';
import type { UsageAnalytics, UsageSeries } from './usage-analytics.ts';
import type { UsageDeps } from './usage-deps.ts';
import { createUsageWalk } from './usage-walk.ts';

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
  const walkedCounts = new Map<string, TotalCount>();

  const records = new DataLoader<RecordKey, UsageRecord | null, string>(
    (keys) => {
      // Of an earlier answer that stands in nothing could be told.
      const reading = { ...deps, settings: { ...settings, staleIfErrorMs: 0 } };
      return findUsageRecords(
        keys,
        createUsageWalk(reading, context, {}, async () => null),
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
          if (isDropped(record)) throw new TypeError('The record could not be understood.');
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
    const strand = createUsageStrand(deps, context, filter, getUsageAnalytics);
    if (!strand) return { rows: [], hasMore: false, resume: null, coverage: [coverNothing('USAGE', range)] };
    const page = await readPage(request, requireLegible(strand), nowMs);
    for (const row of page.rows)
      for (const key of [row, { id: row.id, timestampMs: null }]) records.prime(key, row);
    const isWhole =
      request.after === null &&
      !page.hasMore &&
      page.coverage.every(({ dropped }) => dropped === 0) &&
      isHeldWhole(range, strand.age.files);
    if (isWhole) walkedCounts.set(keyOf('count', [range, filter]), countPage(page));
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
      const strand = createUsageStrand(deps, grantScan(context, 'count'), filter, getUsageAnalytics);
      if (!strand) return { value: 0, accuracy: 'EXACT' };
      const walked = walkedCounts.get(keyOf('count', [range, filter]));
      if (walked) return walked;
      const series = countingSeries(filter);
      if (series) return countBySeries(range, filter, series, strand.age.files);
      return countMatches(range, strand, settings.maxScannedRows, nowMs);
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
