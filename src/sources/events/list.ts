import { isLastInList } from '../paging/longest-page.ts';
import { isOverlapping, planOverlappingPage, rowsMoved } from '../paging/overlapping-page.ts';
import type { SkippedRow, VendorList, VendorWindow } from '../paging/vendor-page.ts';
import { appendAll } from '../shared/append-all.ts';
import { LIST_OPERATION, UNIT_MS } from './client.ts';
import type { EventsPageReader } from './client.ts';
import type { AuditEvent } from './event.ts';

/** The vendor does not sort by time, so its list cannot be paged by keyset. */
export class TimeOrderRefused extends Error {
  override readonly name = 'TimeOrderRefused';
}

/**
 * `GET /events` as a list that can be paged: both directions, bounds to the second.
 * @throws TimeOrderRefused (`next`)
 */
export function createEventsList(askVendor: EventsPageReader, largestPage: number): VendorList<AuditEvent> {
  return {
    source: 'EVENTS',
    operation: LIST_OPERATION,
    unitMs: UNIT_MS,
    largestPage,
    open(window) {
      const readNext = openEventsWindow(askVendor, window);
      return {
        async next() {
          const page = await readNext();
          if (page.sort !== 'timestamp') throw new TimeOrderRefused();
          return page;
        },
      };
    },
  };
}

/**
 * Makes a function that reads a window of time, one page at each call. Pages overlap, because only a row that must come again shows that no
 * row has moved; each row is given once.
 * @throws UpstreamError (that function) `UPSTREAM_OUT_OF_ORDER` if a row does not come again
 */
export function openEventsWindow(
  askVendor: EventsPageReader,
  window: VendorWindow,
): () => ReturnType<EventsPageReader> {
  const held: (AuditEvent | SkippedRow)[] = [];
  /** The most rows of a page that this vendor really gives. It may count pages of this length. */
  let longest = window.pageSize;
  return async () => {
    const { page, size, overlap } =
      held.length === 0
        ? { page: 0, size: window.pageSize, overlap: 0 }
        : planOverlappingPage(held.length, longest);
    const read = await askVendor({ ...window, page: page + 1, pageSize: size });
    if (!isOverlapping(held, read.entries, overlap))
      throw rowsMoved({ source: 'EVENTS', operation: LIST_OPERATION });
    const { length } = read.entries;
    if (length < size) longest = length;
    const ended = held.length === 0 ? read.ended : isLastInList(length, size);
    const entries = read.entries.slice(overlap);
    appendAll(held, entries);
    return { ...read, entries, ended };
  };
}
