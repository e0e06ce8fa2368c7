import { UpstreamError } from '../../base/errors.ts';
import { SECOND_MS } from '../../base/time.ts';
import type { CachePolicy, CallContext } from '../../upstream/upstream.ts';
import type { ArchivedRows } from '../paging/archived-rows.ts';
import { isSkipped, readVendorPage } from '../paging/vendor-page.ts';
import type { ListDeps, VendorPage, VendorWindow } from '../paging/vendor-page.ts';
import { encodeInstant } from '../shared/timestamps.ts';
import { encodeUsageFilter } from './filter.ts';
import type { UsageFilter } from './filter.ts';
import { UNIT_MS, usagePrecision } from './quirks.ts';
import type { UsageQuirks } from './quirks.ts';
import { decodeUsageRecord } from './record.ts';
import type { UsageRecord } from './record.ts';

/** What reading the Usage API needs in one GraphQL operation. */
export interface UsageDeps extends ListDeps {
  /** What was learnt with the same credentials. */
  readonly quirks: UsageQuirks;
  /** The copy of the log; left out: there is none. */
  readonly archive?: ArchivedRows<UsageRecord, UsageFilter> | undefined;
}

/** The vendor's path templates. */
export const LIST_OPERATION = '/usage';
export const RECORD_OPERATION = '/usage/{id}';

/** If this many times are all whole seconds, it is not by chance. */
const ENOUGH_ROWS = 3;

/** Reads the pages of one window of `GET /usage`. */
export interface UsagePageReader {
  /** Reads the first page, and learns the vendor's quirks from it. */
  first(pageSize: number): Promise<VendorPage<UsageRecord>>;
  /** Reads the page at an offset, in the vendor's own unit. */
  at(pageOffset: number, pageSize: number): Promise<Omit<VendorPage<UsageRecord>, 'ended'>>;
}

/** The reader of `GET /usage` for one window and filter. @throws UpstreamError (from its methods) */
export function createUsagePageReader(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
  { lowerMs, upperMs }: Pick<VendorWindow, 'lowerMs' | 'upperMs'>,
): UsagePageReader {
  const { quirks, settings, nowMs } = deps;
  // If the vendor cuts `to` to a whole second, it would leave out the last rows. So as long as only whole seconds are seen, `to` is
  // raised to the next one.
  const stepMs = usagePrecision(quirks);
  // An earlier `from` costs nothing, because the list ends there, and ranges that begin within one second share calls.
  const fromMs = Math.floor(lowerMs / SECOND_MS) * SECOND_MS;
  const toMs = Math.ceil(upperMs / stepMs) * stepMs;

  const at: UsagePageReader['at'] = (pageOffset, pageSize) =>
    readVendorPage(deps, context, {
      source: 'USAGE',
      operation: LIST_OPERATION,
      query: [
        ...encodeUsageFilter(filter),
        ['from', encodeInstant(fromMs)],
        ['to', encodeInstant(toMs)],
        ['pageOffset', String(pageOffset)],
        ['pageSize', String(pageSize)],
      ],
      upperMs,
      unitMs: UNIT_MS,
      // A 404 can mean that the range is empty (`docs/vendors.md#usage-empty-answers-errors-and-lag`).
      notFound: 'empty',
      decodeRow: decodeUsageRecord,
    });

  return {
    at,
    async first(pageSize) {
      let askedSize = Math.min(pageSize, quirks.refusesLargePages(nowMs) ? settings.largestPage : Infinity);
      let page;
      try {
        page = await at(0, askedSize);
      } catch (error) {
        // The vendor's largest page is unknown. It may refuse a larger one, or give fewer rows.
        const isRefused = error instanceof UpstreamError && error.status === 400;
        if (!isRefused || askedSize <= settings.largestPage) throw error;
        askedSize = settings.largestPage;
        page = await at(0, askedSize);
        quirks.noteLargePageRefused(nowMs);
      }
      const { entries, stale } = page;
      if (!stale && entries.some((entry) => !isSkipped(entry))) {
        quirks.pages.note(entries.length, askedSize, nowMs);
        const hasWholeSeconds = entries.every(({ timestampMs }) => (timestampMs ?? 0) % SECOND_MS === 0);
        if (!hasWholeSeconds || entries.length >= ENOUGH_ROWS) quirks.hasWholeSeconds = hasWholeSeconds;
      }
      return { ...page, ended: quirks.pages.isLast(entries.length, askedSize, stale ? null : nowMs) };
    },
  };
}

/**
 * Records may be deleted and added, so an answer is cached for seconds only. It is never served stale, because a single record has
 * no coverage to say so.
 */
const RECORD_CACHE: CachePolicy = { freshMs: 5_000, staleIfErrorMs: 0 };

/** Reads `GET /usage/{id}`; null: there is no such record. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
export async function readUsageRecord(
  { upstream }: UsageDeps,
  context: CallContext,
  id: string,
): Promise<UsageRecord | null> {
  const answer = await upstream.get(
    {
      operation: RECORD_OPERATION,
      path: `/usage/${id}`,
      query: [],
      cache: RECORD_CACHE,
      decode: (response) => {
        if (response.status === 404) return { value: null, rows: 0 };
        const record = decodeUsageRecord(response.body);
        if (isSkipped(record)) throw new TypeError('The record could not be parsed.');
        if (record.id !== id) throw new TypeError('The vendor answered with another record.');
        return { value: record, rows: 1 };
      },
    },
    context,
  );
  return answer.value;
}
