import { UpstreamError } from '../../base/upstream-error.ts';
import type { CallContext, Upstream } from '../../upstream/upstream.ts';
import { encodeInstant } from '../walk/query.ts';
import { isDropped, type DroppedRow, type VendorList, type VendorPage } from '../walk/vendor-list.ts';
import { decodeUsageRecord } from './decode-usage-record.ts';
import { encodeUsageFilter } from './encode-usage-filter.ts';
import type { UsageRecord } from './usage-record.ts';
import type { UsageFilter } from './usage-source.ts';

const OPERATION = '/usage';

/** What is learnt of the vendor by watching it; one per process, since it holds for every caller. */
export interface UsageLore {
  /** The longest page seen: a shorter one is the last of its list. */
  longestPage: number;
  /** What `pageOffset` counts; null: not yet known. */
  offsetUnit: 'records' | 'pages' | null;
}

/** Nothing known yet. */
export function createUsageLore(): UsageLore {
  return { longestPage: 0, offsetUnit: null };
}

/** `GET /usage` as the walk sees it: newest first, no other order, bounds exact to the millisecond. */
export function createUsageList(
  upstream: Upstream,
  context: CallContext,
  settings: { readonly largestPage: number; readonly staleIfErrorMs: number },
  lore: UsageLore,
  filter: UsageFilter,
): VendorList<UsageRecord> {
  return {
    source: 'USAGE',
    operation: OPERATION,
    unitMs: 1,
    largestPage: settings.largestPage,
    open(window) {
      const held: (UsageRecord | DroppedRow)[] = [];
      let size = window.pageSize;
      let pages = 0;

      const read = async (pageOffset: number): Promise<Omit<VendorPage<UsageRecord>, 'ended'>> => {
        const answer = await upstream.get(
          {
            operation: OPERATION,
            path: OPERATION,
            query: [
              ...encodeUsageFilter(filter),
              ['from', encodeInstant(window.lowerMs)],
              ['to', encodeInstant(window.upperMs)],
              ['pageOffset', String(pageOffset)],
              ['pageSize', String(size)],
            ],
            // Rows may still be slipped into the past; an earlier answer only stands in where the vendor fails.
            cache: { freshMs: 0, staleIfErrorMs: settings.staleIfErrorMs },
            decode: (response) => {
              if (response.status === 404) return { value: [], rows: 0 };
              if (!Array.isArray(response.body))
                throw new TypeError('The vendor did not answer with a list.');
              return { value: response.body.map(decodeUsageRecord), rows: response.body.length };
            },
          },
          context,
        );
        return { entries: answer.value, readAtMs: answer.readAtMs, stale: answer.stale };
      };

      const readNext = async (): Promise<VendorPage<UsageRecord>> => {
        if (pages === 0) {
          const page = await read(0);
          const length = page.entries.length;
          lore.longestPage = Math.max(lore.longestPage, length);
          // A page shorter than asked may only mean that the vendor gives out less at once than it was asked for.
          return { ...page, ended: length === 0 || (length < size && length < lore.longestPage) };
        }
        if (pages === 1) size = held.length; // what a page of this vendor really holds
        const isLearning = lore.offsetUnit === null;
        const page = await readOffset();
        const known = new Set(held.map(idOf));
        return {
          ...page,
          // Learning the unit reads all but the first row again; anywhere else a doubled id is for the walk to see.
          entries:
            isLearning && size > 1
              ? page.entries.filter((entry) => isDropped(entry) || !known.has(entry.id))
              : page.entries,
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
          held.push(...page.entries);
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
