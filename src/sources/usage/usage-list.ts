import { UpstreamError } from '../../base/upstream-error.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { appendAll } from '../walk/append-all.ts';
import { encodeInstant } from '../walk/encode-instant.ts';
import { readVendorList } from '../walk/read-vendor-list.ts';
import { isDropped, type DroppedRow, type VendorList, type VendorPage } from '../walk/vendor-list.ts';
import { decodeUsageRecord } from './decode-usage-record.ts';
import { encodeUsageFilter } from './encode-usage-filter.ts';
import type { UsageDeps } from './usage-deps.ts';
import type { UsageRecord } from './usage-record.ts';
import type { UsageFilter } from './usage-source.ts';

const OPERATION = '/usage';
const UNIT_MS = 1;

/** `GET /usage` as the walk sees it: newest first, no other order, bounds exact to the millisecond. */
export function createUsageList(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
): VendorList<UsageRecord> {
  const { lore, settings } = deps;
  return {
    source: 'USAGE',
    operation: OPERATION,
    unitMs: UNIT_MS,
    largestPage: settings.largestPage,
    open(window) {
      const held: (UsageRecord | DroppedRow)[] = [];
      let size = window.pageSize;
      let pages = 0;

      const read = (pageOffset: number): Promise<Omit<VendorPage<UsageRecord>, 'ended'>> =>
        readVendorList(deps, context, {
          source: 'USAGE',
          operation: OPERATION,
          query: [
            ...encodeUsageFilter(filter),
            ['from', encodeInstant(window.lowerMs)],
            ['to', encodeInstant(window.upperMs)],
            ['pageOffset', String(pageOffset)],
            ['pageSize', String(size)],
          ],
          upperMs: window.upperMs,
          unitMs: UNIT_MS,
          // 404 can mean that there is nothing in this range (`behaviour.md`, 'empty').
          notFound: 'empty',
          decodeRow: decodeUsageRecord,
        });

      const readNext = async (): Promise<VendorPage<UsageRecord>> => {
        if (pages === 0) {
          const page = await read(0);
          const length = page.entries.length;
          lore.longestPage = Math.max(lore.longestPage, length);
          // A page shorter than asked may only mean that the vendor gives out less at once than it was asked for.
          return { ...page, ended: length === 0 || (length < size && length < lore.longestPage) };
        }
        if (pages === 1) size = held.length; // what a page of this vendor really holds
        const unit = size === 1 ? 'pages' : lore.offsetUnit;
        if (unit === null) return learn(await read(1));
        const page = await read(unit === 'pages' ? pages : held.length);
        // A row slipped in, or the unit was learnt from a vendor that shuffles: the next instant tells.
        if (holdsAny(page.entries, held)) lore.offsetUnit = null;
        return { ...page, ended: page.entries.length < size };
      };

      /** Takes the second page of an instant that fills one, and learns from it how to read on. */
      const learn = (page: Omit<VendorPage<UsageRecord>, 'ended'>): VendorPage<UsageRecord> => {
        lore.offsetUnit = learnOffsetUnit(held, page.entries);
        const isLast = page.entries.length < size;
        // Learning that it counts records has read all but the first row again.
        if (lore.offsetUnit === 'records')
          return { ...page, entries: page.entries.slice(size - 1), ended: isLast };
        if (lore.offsetUnit === null && page.entries.length > 0) {
          // Under either unit nothing follows a short page. Its rows may be those of the first: then they are counted already.
          if (!isLast || page.entries.some(isLegible)) throw illegible();
          return { ...page, entries: held.slice(1).some(isLegible) ? page.entries : [], ended: true };
        }
        return { ...page, ended: isLast };
      };

      return {
        async next() {
          const page = await readNext();
          appendAll(held, page.entries);
          pages += 1;
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
  first: readonly (UsageRecord | DroppedRow)[],
  second: readonly (UsageRecord | DroppedRow)[],
): 'records' | 'pages' | null {
  const ids = new Set(second.flatMap((entry) => (isDropped(entry) ? [] : [entry.id])));
  const comesAgain = (entry: UsageRecord | DroppedRow): boolean => !isDropped(entry) && ids.has(entry.id);
  const [head, ...rest] = first;
  // Rows that could not be understood can't be told from each other: only legible ones that stay away prove anything.
  if (!first.some(comesAgain)) return ids.size > 0 && rest.some(isLegible) ? 'pages' : null;
  // Their order counts: of a vendor that shuffles, some rows come again by chance.
  const isShifted = rest.every((entry, at) => {
    const again = second[at];
    return again !== undefined && (isDropped(entry) || isDropped(again) || again.id === entry.id);
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
  entries: readonly (UsageRecord | DroppedRow)[],
  others: readonly (UsageRecord | DroppedRow)[],
): boolean {
  const ids = new Set(others.flatMap((other) => (isDropped(other) ? [] : [other.id])));
  return entries.some((entry) => !isDropped(entry) && ids.has(entry.id));
}

function isLegible(entry: UsageRecord | DroppedRow): boolean {
  return !isDropped(entry);
}

function illegible(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source: 'USAGE',
    operation: OPERATION,
    message: 'Too few rows of one instant could be understood to tell how its pages go on.',
  });
}
