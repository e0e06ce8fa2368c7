import { appendAll } from '../walk/append-all.ts';
import { isLastInList } from '../walk/longest-page.ts';
import { isOverlapping, planOverlappingPage, rowsMoved } from '../walk/overlapping-page.ts';
import type { DroppedRow, VendorList } from '../walk/vendor-list.ts';
import type { AuditEvent } from './event.ts';
import { SECOND_MS, type EventsPageReader } from './events-page-reader.ts';

const OPERATION = '/events';

/** The vendor does not sort by time: its pages can't be walked one by one. */
export class TimeOrderRefused extends Error {
  override readonly name = 'TimeOrderRefused';
}

/**
 * `GET /events` as the walk sees it: whole seconds, either direction.
 * @throws TimeOrderRefused from `next`
 */
export function createEventsList(readPage: EventsPageReader, largestPage: number): VendorList<AuditEvent> {
  return {
    source: 'EVENTS',
    operation: OPERATION,
    unitMs: SECOND_MS,
    largestPage,
    open(window) {
      const held: (AuditEvent | DroppedRow)[] = [];
      /** The most rows to ask for: what the vendor gave, where it gave less than that. It may count pages in those. */
      let longest = window.pageSize;
      return {
        async next() {
          const { page, size, overlap } =
            held.length === 0
              ? { page: 0, size: window.pageSize, overlap: 0 }
              : planOverlappingPage(held.length, longest);
          const read = await readPage({ ...window, page: page + 1, pageSize: size });
          if (read.sort !== 'timestamp') throw new TimeOrderRefused();
          if (!isOverlapping(held, read.entries, overlap))
            throw rowsMoved({ source: 'EVENTS', operation: OPERATION });
          const { length } = read.entries;
          if (length < size) longest = length;
          const ended = held.length === 0 ? read.ended : isLastInList(length, size);
          const entries = read.entries.slice(overlap);
          appendAll(held, entries);
          return { ...read, entries, ended };
        },
      };
    },
  };
}
