import type { VendorList } from '../walk/vendor-list.ts';
import type { AuditEvent } from './event.ts';
import { SECOND_MS, type EventsPageReader } from './events-page-reader.ts';

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
    operation: '/events',
    unitMs: SECOND_MS,
    largestPage,
    open(window) {
      let page = 0;
      return {
        async next() {
          page += 1;
          const read = await readPage({ ...window, page });
          if (read.sort !== 'timestamp') throw new TimeOrderRefused();
          return read;
        },
      };
    },
  };
}
