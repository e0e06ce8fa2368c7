import type { CallContext } from '../../upstream/upstream.ts';
import { joinOrigins } from '../paging/coverage.ts';
import type { CoverageOrigin } from '../paging/coverage.ts';
import { pageByKeyset } from '../paging/keyset-paging.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import type { VendorList } from '../paging/vendor-page.ts';
import { isDense, pageByWindows } from '../paging/window-paging.ts';
import type { LocateRows, ReadWindow } from '../paging/window-paging.ts';
import { appendAll } from '../shared/append-all.ts';
import type { UsageDeps } from './client.ts';
import type { UsageFilter } from './filter.ts';
import { createUsageList } from './list.ts';
import { usagePrecision } from './quirks.ts';
import type { UsageRecord } from './record.ts';

/**
 * Reads the rows that the vendor gives for a filter. The vendor sorts newest first only, so ascending order is read by windows of
 * time that are sorted here.
 */
export function createUsagePaging(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
  locateRows: LocateRows,
): (request: BatchRequest) => AsyncGenerator<Batch<UsageRecord>, void> {
  const precisionMs = (): number => usagePrecision(deps.quirks);
  return (request) => {
    const list = createUsageList(deps, context, filter, choosePageSize(request.wanted(), deps, context));
    return request.direction === 'DESC'
      ? pageByKeyset(list, request)
      : pageByWindows({ ...list, precisionMs }, request, readUsageWindow(list, precisionMs), locateRows);
  };
}

/** An allowance for the rows of each page that bring nothing new: the slack of keyset paging, and the row that comes again. */
const OVERLAP = 10;

/** The most rows to ask for at once: more than the setting only if the remaining calls could not reach `wanted` rows otherwise. */
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

/** Reads a window of time, newest first. If it is dense, it stops and gives the newest part. */
function readUsageWindow(list: VendorList<UsageRecord>, precisionMs: () => number): ReadWindow<UsageRecord> {
  return async (window, wanted) => {
    const rows: UsageRecord[] = [];
    const skipped: number[] = [];
    let received = 0;
    let parsed = 0;
    let readAtMs = Infinity;
    let stale = false;
    let origin: CoverageOrigin | null = null;
    const batches = pageByKeyset(list, {
      range: window,
      direction: 'DESC',
      after: null,
      wanted: () => list.largestPage,
      // The rows are given in ascending order, so the row before a skipped one may be on another page.
      undatedMs: window.fromMs,
    });
    for await (const batch of batches) {
      appendAll(rows, batch.rows);
      appendAll(skipped, batch.dropped);
      received += batch.received;
      parsed += batch.parsed;
      readAtMs = Math.min(readAtMs, batch.readAtMs);
      stale ||= batch.stale;
      origin = joinOrigins(origin, batch.origin);
      const rowsPerMs = rows.length / Math.max(window.toMs - batch.edgeMs, 1);
      const expected = rows.length + rowsPerMs * (batch.edgeMs - window.fromMs);
      if (!batch.ended && isDense(expected, wanted, window, precisionMs())) {
        const part = { fromMs: batch.edgeMs, toMs: window.toMs };
        // A skipped row without a time was placed at the window's start, but lies somewhere in this part.
        const dropped = skipped.map((ms) => (ms < part.fromMs ? null : ms));
        return {
          kind: 'dense',
          newest: { ...part, rows, dropped, received, parsed, readAtMs, stale, origin },
        };
      }
    }
    return {
      kind: 'whole',
      rows,
      dropped: skipped,
      received,
      parsed,
      readAtMs,
      stale,
      origin: origin ?? 'NONE',
    };
  };
}
