import type { CallContext } from '../../upstream/upstream.ts';
import { pageByKeyset } from '../paging/keyset-paging.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import type { VendorList } from '../paging/vendor-list.ts';
import { isDense, pageByWindows } from '../paging/window-paging.ts';
import type { LocateRows, ReadWindow } from '../paging/window-paging.ts';
import { appendAll } from '../shared/append-all.ts';
import type { UsageDeps } from './client.ts';
import type { UsageFilter } from './filter.ts';
import { createUsageList } from './list.ts';
import type { UsageRecord } from './record.ts';

/** A walk over the rows that the vendor gives for a filter. It sorts downward only: upward goes by windows. */
export function createUsagePaging(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
  locateRows: LocateRows,
): (request: BatchRequest) => AsyncGenerator<Batch<UsageRecord>, void> {
  return (request) => {
    const list = createUsageList(deps, context, filter, choosePageSize(request.wanted(), deps, context));
    return request.direction === 'DESC'
      ? pageByKeyset(list, request)
      : pageByWindows(list, request, readDown(list), locateRows);
  };
}

/** Rows of a page that come again with the next one, where they share an instant. */
const OVERLAP = 10;

/** The most to ask for at once: more than the setting only where the calls that are left would else not reach so many rows. */
function choosePageSize(
  wanted: number,
  { settings, quirks, nowMs }: UsageDeps,
  { callBudget }: CallContext,
): number {
  const { largestPage, scanPage = largestPage } = settings;
  if (quirks.refusesLargePages(nowMs) || !Number.isFinite(wanted)) return largestPage;
  const needed = Math.ceil(wanted / Math.max(callBudget.remaining(), 1)) + OVERLAP;
  return Math.max(Math.min(needed, scanPage), largestPage);
}

function readDown(list: VendorList<UsageRecord>): ReadWindow<UsageRecord> {
  return async (window, wanted) => {
    const rows: UsageRecord[] = [];
    const dropped: number[] = [];
    let received = 0;
    let parsed = 0;
    let readAtMs = Infinity;
    let stale = false;
    const batches = pageByKeyset(list, {
      range: window,
      direction: 'DESC',
      after: null,
      wanted: () => list.largestPage,
      // The window is read upward: the row before, here a newer one, may lie behind the end of a page.
      undatedMs: window.fromMs,
    });
    for await (const batch of batches) {
      appendAll(rows, batch.rows);
      appendAll(dropped, batch.dropped);
      received += batch.received;
      parsed += batch.parsed;
      readAtMs = Math.min(readAtMs, batch.readAtMs);
      stale ||= batch.stale;
      const rowsPerMs = rows.length / Math.max(window.toMs - batch.edgeMs, 1);
      const expected = rows.length + rowsPerMs * (batch.edgeMs - window.fromMs);
      if (!batch.ended && isDense(expected, wanted, window, list.unitMs)) {
        const part = { fromMs: batch.edgeMs, toMs: window.toMs };
        // What was placed at the window's beginning has no time of its own, and lies somewhere in this part.
        const placed = dropped.map((ms) => (ms < part.fromMs ? null : ms));
        return {
          kind: 'dense',
          newest: { ...part, rows, dropped: placed, received, parsed, readAtMs, stale },
        };
      }
    }
    return { kind: 'whole', rows, dropped, received, parsed, readAtMs, stale };
  };
}
