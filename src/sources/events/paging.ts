import { UpstreamError } from '../../base/errors.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { joinOrigins } from '../paging/coverage.ts';
import type { CoverageOrigin } from '../paging/coverage.ts';
import { pageByKeyset } from '../paging/keyset-paging.ts';
import { isOutOfOrder, REREADS } from '../paging/overlapping-page.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import { isSkipped } from '../paging/vendor-page.ts';
import { isDense, pageByWindows } from '../paging/window-paging.ts';
import type { ReadWindow } from '../paging/window-paging.ts';
import { createEventsPageReader, LIST_OPERATION, UNIT_MS } from './client.ts';
import type { EventsDeps, EventsPageReader, EventsQuestion } from './client.ts';
import type { AuditEvent } from './event.ts';
import { createEventsList, openEventsWindow, TimeOrderRefused } from './list.ts';

/**
 * Reads the rows that the vendor gives for its part of a filter. If the vendor sorts by time, it pages by keyset. Otherwise it
 * reads windows of time and sorts them here.
 */
export function createEventsPaging(
  deps: EventsDeps,
  context: CallContext,
  question: EventsQuestion,
): (request: BatchRequest) => AsyncGenerator<Batch<AuditEvent>, void> {
  const { largestPage } = deps.settings;
  const askVendor = createEventsPageReader(deps, context, question);
  const readByWindows = (request: BatchRequest) =>
    pageByWindows(
      { source: 'EVENTS', operation: LIST_OPERATION, largestPage, precisionMs: () => UNIT_MS },
      request,
      createEventsWindowReader(askVendor, largestPage),
    );
  return async function* readBatches(request) {
    const form = deps.quirks.requestFormAt(deps.nowMs);
    if (form && form.sort !== 'timestamp') return yield* readByWindows(request);
    try {
      yield* pageByKeyset(createEventsList(askVendor, largestPage), request);
    } catch (error) {
      // Only the first answer can throw this, so no batch has been given out yet.
      if (!(error instanceof TimeOrderRefused)) throw error;
      yield* readByWindows(request);
    }
  };
}

/**
 * Makes a function that reads a window of time by page numbers, in any order of the vendor. If no row comes twice and the last page is short, no row is
 * missing. If rows move meanwhile, it reads the window again.
 * @throws UpstreamError (that function) `UPSTREAM_OUT_OF_ORDER` if a row comes twice, or does not come again in an overlap
 */
function createEventsWindowReader(askVendor: EventsPageReader, largestPage: number): ReadWindow<AuditEvent> {
  const readOnce = createSingleReader(askVendor, largestPage);
  return async (window, wanted) => {
    for (let rereads = 0; ; rereads += 1) {
      try {
        return await readOnce(window, wanted);
      } catch (error) {
        if (!isOutOfOrder(error) || rereads === REREADS) throw error;
      }
    }
  };
}

function createSingleReader(askVendor: EventsPageReader, largestPage: number): ReadWindow<AuditEvent> {
  return async (window, wanted) => {
    const lowerMs = (Math.floor(window.fromMs / UNIT_MS) - 1) * UNIT_MS;
    const upperMs = (Math.floor((window.toMs - 1) / UNIT_MS) + 1) * UNIT_MS;
    const readNext = openEventsWindow(askVendor, {
      lowerMs,
      upperMs,
      direction: 'DESC',
      pageSize: largestPage,
    });
    const isInside = (ms: number): boolean => ms >= window.fromMs && ms < window.toMs;
    const rows: AuditEvent[] = [];
    const skipped: (number | null)[] = [];
    const ids = new Set<string>();
    let received = 0;
    let readAtMs = Infinity;
    let stale = false;
    let origin: CoverageOrigin | null = null;
    for (;;) {
      const page = await readNext();
      received += page.entries.length;
      readAtMs = Math.min(readAtMs, page.readAtMs);
      stale ||= page.stale;
      origin = joinOrigins(origin, page.origin);
      for (const entry of page.entries) {
        if (isSkipped(entry)) {
          if (entry.timestampMs === null || isInside(entry.timestampMs)) skipped.push(entry.timestampMs);
          continue;
        }
        if (ids.has(entry.id)) throw idTwice();
        ids.add(entry.id);
        if (isInside(entry.timestampMs)) rows.push(entry);
      }
      if (page.ended)
        return { kind: 'whole', rows, dropped: skipped, received, parsed: ids.size, readAtMs, stale, origin };
      if (isDense(rows.length, wanted, window, UNIT_MS)) return { kind: 'dense', sample: rows };
    }
  };
}

function idTwice(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_OUT_OF_ORDER',
    source: 'EVENTS',
    operation: LIST_OPERATION,
    message:
      'The vendor gave one event twice within one list, so a page could lack rows; nothing was given out.',
  });
}
