import { UpstreamError } from '../../base/upstream-error.ts';
import { appendAll } from '../walk/append-all.ts';
import { isLastInList } from '../walk/longest-page.ts';
import { isOverlapping, planOverlappingPage, rowsMoved } from '../walk/overlapping-page.ts';
import { isDropped, type DroppedRow } from '../walk/vendor-list.ts';
import { isDense, type ReadWindow } from '../walk/walk-by-windows.ts';
import type { AuditEvent } from './event.ts';
import { SECOND_MS, type EventsPageReader } from './events-page-reader.ts';

/**
 * Reads a window of time by page numbers, in whatever order the vendor keeps: with no row twice and the last page short,
 * no row can be missing.
 * @throws UpstreamError `UPSTREAM_OUT_OF_ORDER` if a row comes twice, or one that must come again does not
 */
export function readEventsWindow(readPage: EventsPageReader, largestPage: number): ReadWindow<AuditEvent> {
  return async (window, wanted) => {
    const lowerMs = (Math.floor(window.fromMs / SECOND_MS) - 1) * SECOND_MS;
    const upperMs = (Math.floor((window.toMs - 1) / SECOND_MS) + 1) * SECOND_MS;
    const rows: AuditEvent[] = [];
    const dropped: (number | null)[] = [];
    const ids = new Set<string>();
    let readAtMs = Infinity;
    let stale = false;
    const held: (AuditEvent | DroppedRow)[] = [];
    let longest = largestPage;
    for (;;) {
      const { page, size, overlap } =
        held.length === 0
          ? { page: 0, size: largestPage, overlap: 0 }
          : planOverlappingPage(held.length, longest);
      const read = await readPage({ lowerMs, upperMs, direction: 'down', page: page + 1, pageSize: size });
      if (!isOverlapping(held, read.entries, overlap))
        throw rowsMoved({ source: 'EVENTS', operation: '/events' });
      const { length } = read.entries;
      // A vendor that gives fewer rows at once than it was asked for may count in those.
      if (length < size) longest = length;
      const ended = held.length === 0 ? read.ended : isLastInList(length, size);
      const entries = read.entries.slice(overlap);
      appendAll(held, entries);
      readAtMs = Math.min(readAtMs, read.readAtMs);
      stale ||= read.stale;
      for (const entry of entries) {
        const isInside = (ms: number): boolean => ms >= window.fromMs && ms < window.toMs;
        if (isDropped(entry)) {
          if (entry.timestampMs === null || isInside(entry.timestampMs)) dropped.push(entry.timestampMs);
          continue;
        }
        if (ids.has(entry.id)) throw doubled();
        ids.add(entry.id);
        if (isInside(entry.timestampMs)) rows.push(entry);
      }
      if (ended)
        return { kind: 'whole', rows, dropped, received: held.length, parsed: ids.size, readAtMs, stale };
      if (isDense(rows.length, wanted, window, SECOND_MS)) {
        return { kind: 'dense', sample: rows };
      }
    }
  };
}

function doubled(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source: 'EVENTS',
    operation: '/events',
    message:
      'The vendor gave one event twice within one list, so a page could lack rows; nothing was given out.',
  });
}
