import { UpstreamError } from '../../base/errors.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { isLastInList } from '../paging/longest-page.ts';
import { isOverlapping, planOverlappingPage, rowsMoved } from '../paging/overlapping-page.ts';
import { isSkipped } from '../paging/vendor-list.ts';
import type { SkippedRow, VendorList, VendorPage } from '../paging/vendor-list.ts';
import { readVendorPage } from '../paging/vendor-page.ts';
import type { ListDeps } from '../paging/vendor-page.ts';
import { appendAll } from '../shared/append-all.ts';
import { encodeInstant } from '../shared/timestamps.ts';
import { decodeUsageRecord } from './decode.ts';
import { encodeUsageFilter } from './filter.ts';
import type { UsageFilter } from './filter.ts';
import type { UsageQuirks } from './quirks.ts';
import type { UsageRecord } from './record.ts';

/** What reading the Usage API needs in one operation. */
export interface UsageDeps extends ListDeps {
  /** What was learnt with the same credentials. */
  readonly quirks: UsageQuirks;
}

/** The vendor's path template. */
export const OPERATION = '/usage';
const UNIT_MS = 1;
const SECOND_MS = 1000;
/** So many times in whole seconds, and no other, are not so by chance. */
const TELLING_ROWS = 3;

/** `GET /usage` as the walk sees it: newest first, no other order, bounds exact to the millisecond. */
export function createUsageList(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
  largestPage: number,
): VendorList<UsageRecord> {
  const { quirks, settings, nowMs } = deps;
  return {
    source: 'USAGE',
    operation: OPERATION,
    unitMs: UNIT_MS,
    largestPage,
    open(window) {
      const held: (UsageRecord | SkippedRow)[] = [];
      let askedSize = Math.min(window.pageSize, quirks.refusesLargePages ? settings.largestPage : Infinity);
      /** What a page of this vendor really holds: the length of the first. */
      let longest = askedSize;

      // A vendor whose times are cut to whole seconds may still select by what was cut, or cut bounds as well.
      const stepMs = quirks.isWhole ? SECOND_MS : UNIT_MS;
      // The lower one costs nothing: what lies below is the end. So a range of whole seconds is asked for in one form.
      const fromMs = Math.floor(window.lowerMs / SECOND_MS) * SECOND_MS;
      const toMs = Math.ceil(window.upperMs / stepMs) * stepMs;

      const read = (pageOffset: number, pageSize: number): Promise<Omit<VendorPage<UsageRecord>, 'ended'>> =>
        readVendorPage(deps, context, {
          source: 'USAGE',
          operation: OPERATION,
          query: [
            ...encodeUsageFilter(filter),
            ['from', encodeInstant(fromMs)],
            ['to', encodeInstant(toMs)],
            ['pageOffset', String(pageOffset)],
            ['pageSize', String(pageSize)],
          ],
          upperMs: window.upperMs,
          unitMs: UNIT_MS,
          // 404 can mean that there is nothing in this range (`behaviour.md`, 'empty').
          notFound: 'empty',
          decodeRow: decodeUsageRecord,
        });

      /** The largest page that the vendor takes is unknown, and so is whether it refuses or lowers what is above. */
      const readLargest = async (): Promise<Omit<VendorPage<UsageRecord>, 'ended'>> => {
        try {
          return await read(0, askedSize);
        } catch (error) {
          const isRefused = error instanceof UpstreamError && error.status === 400;
          if (!isRefused || askedSize <= settings.largestPage) throw error;
          askedSize = settings.largestPage;
          const page = await read(0, askedSize);
          quirks.refusesLargePages = true;
          return page;
        }
      };

      const readFirst = async (): Promise<VendorPage<UsageRecord>> => {
        const page = await readLargest();
        longest = page.entries.length;
        if (!page.stale && page.entries.some(isParsable)) {
          quirks.pages.note(longest, askedSize, nowMs);
          const isWhole = page.entries.every(({ timestampMs }) => (timestampMs ?? 0) % SECOND_MS === 0);
          if (!isWhole || longest >= TELLING_ROWS) quirks.isWhole = isWhole;
        }
        return { ...page, ended: quirks.pages.isLast(longest, askedSize, page.stale ? null : nowMs) };
      };

      /** Takes the second page of an instant that fills one, and learns from it how to read on. */
      const learn = async (): Promise<VendorPage<UsageRecord>> => {
        const page = await read(1, longest);
        quirks.offsetUnit = learnOffsetUnit(held, page.entries);
        // Learning that it counts records has read all but the first row again.
        if (quirks.offsetUnit === 'records')
          return { ...page, entries: page.entries.slice(longest - 1), ended: page.entries.length < longest };
        if (quirks.offsetUnit === 'pages') return readOn('pages');
        if (page.entries.length > 0 && (page.entries.length === longest || page.entries.some(isParsable)))
          throw unparsable();
        // Under either unit nothing follows. Its rows may be those of the first page: then they are counted already.
        return { ...page, entries: [], ended: true };
      };

      const readOn = async (unit: 'records' | 'pages'): Promise<VendorPage<UsageRecord>> => {
        const { page, size, overlap } = planOverlappingPage(held.length, longest);
        const asked =
          unit === 'pages' || longest === 1
            ? { pageOffset: page, size, overlap }
            : { pageOffset: held.length - 1, size: longest, overlap: 1 };
        const next = await read(asked.pageOffset, asked.size);
        if (
          !isOverlapping(held, next.entries, asked.overlap) ||
          holdsAny(next.entries.slice(asked.overlap), held)
        ) {
          // A row slipped in or was deleted, or the unit was learnt from a vendor that shuffles: the next instant tells.
          quirks.offsetUnit = null;
          throw rowsMoved({ source: 'USAGE', operation: OPERATION });
        }
        const { length } = next.entries;
        if (length < asked.size) longest = length;
        return {
          ...next,
          entries: next.entries.slice(asked.overlap),
          ended: isLastInList(length, asked.size),
        };
      };

      return {
        async next() {
          const unit = held.some(isParsable) ? (longest === 1 ? 'pages' : quirks.offsetUnit) : null;
          const page = await (held.length === 0 ? readFirst() : unit ? readOn(unit) : learn());
          appendAll(held, page.entries);
          return page;
        },
      };
    },
  };
}

/**
 * What `pageOffset` counts, told from the answer to `pageOffset=1`: all but the first row come again, in their order, where
 * it counts records; none comes again where it counts pages; null where too little could be understood to tell it from.
 * @throws UpstreamError `UPSTREAM_OUT_OF_ORDER` where neither explains the answer
 */
function learnOffsetUnit(
  first: readonly (UsageRecord | SkippedRow)[],
  second: readonly (UsageRecord | SkippedRow)[],
): 'records' | 'pages' | null {
  const ids = new Set(second.flatMap((entry) => (isSkipped(entry) ? [] : [entry.id])));
  const comesAgain = (entry: UsageRecord | SkippedRow): boolean => !isSkipped(entry) && ids.has(entry.id);
  const [head, ...rest] = first;
  // Rows that could not be understood can't be told from each other: only legible ones that stay away prove anything.
  if (!first.some(comesAgain)) return rest.some(isParsable) ? 'pages' : null;
  // Their order counts: of a vendor that shuffles, some rows come again by chance.
  const isShifted = rest.every((entry, at) => {
    const again = second[at];
    return again !== undefined && (isSkipped(entry) || isSkipped(again) || again.id === entry.id);
  });
  if (head && !comesAgain(head) && isShifted) return 'records';
  throw new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source: 'USAGE',
    operation: OPERATION,
    message:
      "The vendor's pages within one instant overlap in a way that neither reading of pageOffset explains.",
  });
}

function holdsAny(
  entries: readonly (UsageRecord | SkippedRow)[],
  others: readonly (UsageRecord | SkippedRow)[],
): boolean {
  const ids = new Set(others.flatMap((other) => (isSkipped(other) ? [] : [other.id])));
  return entries.some((entry) => !isSkipped(entry) && ids.has(entry.id));
}

function isParsable(entry: UsageRecord | SkippedRow): boolean {
  return !isSkipped(entry);
}

function unparsable(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source: 'USAGE',
    operation: OPERATION,
    message: 'Too few rows of one instant could be understood to tell how its pages go on.',
  });
}
