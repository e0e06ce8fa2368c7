import { UpstreamError } from '../../base/errors.ts';
import type { CallContext, Query } from '../../upstream/upstream.ts';
import { pageByKeyset } from '../paging/keyset-paging.ts';
import { isLastInList } from '../paging/longest-page.ts';
import { isOverlapping, planOverlappingPage, rowsMoved } from '../paging/overlapping-page.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import { isSkipped } from '../paging/vendor-list.ts';
import type { SkippedRow, VendorList } from '../paging/vendor-list.ts';
import { isDense, pageByWindows } from '../paging/window-paging.ts';
import type { ReadWindow } from '../paging/window-paging.ts';
import { appendAll } from '../shared/append-all.ts';
import { createEventsPageReader, OPERATION, SECOND_MS } from './client.ts';
import type { EventsDeps, EventsPageReader } from './client.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';

/**
 * A walk over the rows that the vendor gives for the part of a filter that it understands: by its own order in time
 * where it has one, else by windows of time that are sorted here.
 */
export function createEventsPaging(
  deps: EventsDeps,
  context: CallContext,
  query: { readonly filter: Query; readonly fields: ReadonlySet<OptionalEventField> },
): (request: BatchRequest) => AsyncGenerator<Batch<AuditEvent>, void> {
  const { largestPage } = deps.settings;
  const readPage = createEventsPageReader(deps, context, query);
  const walkWindows = (request: BatchRequest) =>
    pageByWindows(
      { source: 'EVENTS', operation: OPERATION, largestPage },
      request,
      readEventsWindow(readPage, largestPage),
    );
  return async function* walkEvents(request) {
    const dialect = deps.quirks.dialectAt(deps.nowMs);
    if (dialect && dialect.sort !== 'timestamp') return yield* walkWindows(request);
    try {
      yield* pageByKeyset(createEventsList(readPage, largestPage), request);
    } catch (error) {
      // Told by the vendor's first answer at the latest, so nothing has been given out yet.
      if (!(error instanceof TimeOrderRefused)) throw error;
      yield* walkWindows(request);
    }
  };
}

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
      const held: (AuditEvent | SkippedRow)[] = [];
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
    const held: (AuditEvent | SkippedRow)[] = [];
    let longest = largestPage;
    for (;;) {
      const { page, size, overlap } =
        held.length === 0
          ? { page: 0, size: largestPage, overlap: 0 }
          : planOverlappingPage(held.length, longest);
      const read = await readPage({ lowerMs, upperMs, direction: 'DESC', page: page + 1, pageSize: size });
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
        if (isSkipped(entry)) {
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
