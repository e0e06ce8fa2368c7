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
        const wasKnown = lore.offsetUnit !== null;
        const page = await readOffset();
        const isLearnt = !wasKnown && lore.offsetUnit === 'records';
        return {
          ...page,
          // Learning that it counts records has read all but the first row again.
          entries: isLearnt ? page.entries.slice(size - 1) : page.entries,
          ended: page.entries.length === 0 || (lore.offsetUnit !== null && page.entries.length < size),
        };
      };

      /** Reads on inside an instant that fills a page. */
      const readOffset = async (): Promise<Omit<VendorPage<UsageRecord>, 'ended'>> => {
        if (size === 1 || lore.offsetUnit === 'pages') return read(pages);
        if (lore.offsetUnit === 'records') return read(held.length);
        const page = await read(1);
        lore.offsetUnit = learnOffsetUnit(held, page.entries);
        return page;
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
 * What `pageOffset` counts, told from the answer to `pageOffset=1`: all but the first row come again where it counts
 * records, none where it counts pages; null where there was nothing to tell it from.
 * @throws UpstreamError `UPSTREAM_OUT_OF_ORDER` where neither explains the answer
 */
function learnOffsetUnit(
  first: readonly (UsageRecord | DroppedRow)[],
  second: readonly (UsageRecord | DroppedRow)[],
): 'records' | 'pages' | null {
  const ids = new Set(second.map(idOf));
  const again = first.map((entry) => isDropped(entry) || ids.has(entry.id));
  if (second.length === 0) return null;
  if (!first.some((entry) => !isDropped(entry) && ids.has(entry.id))) return 'pages';
  const head = first[0];
  if (head && (isDropped(head) || !ids.has(head.id)) && again.slice(1).every(Boolean)) return 'records';
  throw new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source: 'USAGE',
    operation: OPERATION,
    message:
      "The vendor's pages within one instant overlap in a way that neither reading of pageOffset explains.",
  });
}

function idOf(entry: UsageRecord | DroppedRow): string | null {
  return isDropped(entry) ? null : entry.id;
}
