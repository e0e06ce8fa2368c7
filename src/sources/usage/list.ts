import { UpstreamError } from '../../base/errors.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { isLastInList } from '../paging/longest-page.ts';
import { isOverlapping, planOverlappingPage, rowsMoved } from '../paging/overlapping-page.ts';
import { isSkipped } from '../paging/vendor-page.ts';
import type { SkippedRow, VendorList, VendorPage } from '../paging/vendor-page.ts';
import { appendAll } from '../shared/append-all.ts';
import { createUsagePageReader, LIST_OPERATION } from './client.ts';
import type { UsageDeps } from './client.ts';
import type { UsageFilter } from './filter.ts';
import { UNIT_MS } from './quirks.ts';
import type { UsageRecord } from './record.ts';

type Entries = readonly (UsageRecord | SkippedRow)[];

/**
 * `GET /usage` as a list that can be paged: newest first only, bounds to the millisecond. It learns from the second page of a
 * window what `pageOffset` counts.
 */
export function createUsageList(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
  largestPage: number,
): VendorList<UsageRecord> {
  const { quirks } = deps;
  return {
    source: 'USAGE',
    operation: LIST_OPERATION,
    unitMs: UNIT_MS,
    largestPage,
    open(window) {
      const reader = createUsagePageReader(deps, context, filter, window);
      const held: (UsageRecord | SkippedRow)[] = [];
      /** The most rows of a page that this vendor really gives. */
      let longest = window.pageSize;

      const readFirst = async (): Promise<VendorPage<UsageRecord>> => {
        const page = await reader.first(window.pageSize);
        longest = page.entries.length;
        return page;
      };

      const readSecond = async (): Promise<VendorPage<UsageRecord>> => {
        const page = await reader.at(1, longest);
        quirks.offsetUnit = learnOffsetUnit(held, page.entries);
        // If the unit is records, this page repeats all rows of the first but one.
        if (quirks.offsetUnit === 'records')
          return { ...page, entries: page.entries.slice(longest - 1), ended: page.entries.length < longest };
        if (quirks.offsetUnit === 'pages') return readOn('pages');
        if (page.entries.length > 0 && (page.entries.length === longest || page.entries.some(isParsable)))
          throw offsetUnitUnknown();
        // With either unit no row follows. These rows may be rows of the first page, which are counted already.
        return { ...page, entries: [], ended: true };
      };

      const readOn = async (unit: 'records' | 'pages'): Promise<VendorPage<UsageRecord>> => {
        const { page, size, overlap } = planOverlappingPage(held.length, longest);
        const asked =
          unit === 'pages' || longest === 1
            ? { pageOffset: page, size, overlap }
            : { pageOffset: held.length - 1, size: longest, overlap: 1 };
        const next = await reader.at(asked.pageOffset, asked.size);
        if (
          !isOverlapping(held, next.entries, asked.overlap) ||
          holdsAny(next.entries.slice(asked.overlap), held)
        ) {
          // A row was added or deleted, or the unit is wrong because the vendor changes the order. The next instant finds out
          // the unit again.
          quirks.offsetUnit = null;
          throw rowsMoved({ source: 'USAGE', operation: LIST_OPERATION });
        }
        const { length } = next.entries;
        if (length < asked.size) longest = length;
        return {
          ...next,
          entries: next.entries.slice(asked.overlap),
          ended: isLastInList(length, asked.size),
        };
      };

      /** null: not known. */
      const currentUnit = (): 'records' | 'pages' | null => {
        // Without a parsed row no overlap can be checked, so the unit is not trusted.
        if (!held.some(isParsable)) return null;
        // In pages of one row both units are the same.
        return longest === 1 ? 'pages' : quirks.offsetUnit;
      };

      return {
        async next() {
          const unit = currentUnit();
          const page = await (held.length === 0 ? readFirst() : unit ? readOn(unit) : readSecond());
          appendAll(held, page.entries);
          return page;
        },
      };
    },
  };
}

/**
 * Learns the unit of `pageOffset` from the answer to `pageOffset=1`. If all rows but the first come again in order, the unit is
 * records. If none comes again, it is pages. null: too few rows could be parsed.
 * @throws UpstreamError `UPSTREAM_OUT_OF_ORDER` if neither unit explains the answer
 */
function learnOffsetUnit(first: Entries, second: Entries): 'records' | 'pages' | null {
  const ids = idsOf(second);
  const comesAgain = (entry: UsageRecord | SkippedRow): boolean => !isSkipped(entry) && ids.has(entry.id);
  const [head, ...rest] = first;
  // Skipped rows all look alike. Only a parsable row that does not come again proves a unit.
  if (!first.some(comesAgain)) return rest.some(isParsable) ? 'pages' : null;
  // If the vendor changes the order, some rows come again by chance, but not in their places.
  const isShifted = rest.every((entry, at) => {
    const again = second[at];
    return again !== undefined && (isSkipped(entry) || isSkipped(again) || again.id === entry.id);
  });
  if (head && !comesAgain(head) && isShifted) return 'records';
  throw new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source: 'USAGE',
    operation: LIST_OPERATION,
    message:
      "The vendor's pages within one instant overlap in a way that neither unit of pageOffset explains.",
  });
}

function holdsAny(entries: Entries, others: Entries): boolean {
  const ids = idsOf(others);
  return entries.some((entry) => !isSkipped(entry) && ids.has(entry.id));
}

function idsOf(entries: Entries): ReadonlySet<string> {
  return new Set(entries.flatMap((entry) => (isSkipped(entry) ? [] : [entry.id])));
}

function isParsable(entry: UsageRecord | SkippedRow): boolean {
  return !isSkipped(entry);
}

function offsetUnitUnknown(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source: 'USAGE',
    operation: LIST_OPERATION,
    message: 'Too few rows of one instant could be parsed to find out how its pages go on.',
  });
}
