import type { Range } from '../../base/time.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { joinOrigins } from '../paging/coverage.ts';
import type { CoverageOrigin } from '../paging/coverage.ts';
import { pageByKeyset } from '../paging/keyset-paging.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import { isSkipped } from '../paging/vendor-page.ts';
import type { VendorList } from '../paging/vendor-page.ts';
import { isDense, pageByWindows } from '../paging/window-paging.ts';
import type { LocateRows, ReadWindow, WindowContent } from '../paging/window-paging.ts';
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

/** Reads a window of time, newest first. If it is dense, it stops and gives the newest part; also before an instant of many pages. */
function readUsageWindow(list: VendorList<UsageRecord>, precisionMs: () => number): ReadWindow<UsageRecord> {
  return async (window, wanted) => {
    const rows: UsageRecord[] = [];
    const skipped: number[] = [];
    let received = 0;
    let parsed = 0;
    let readAtMs = Infinity;
    let stale = false;
    let origin: CoverageOrigin | null = null;
    let edgeMs = window.toMs;
    const giveUp = (endMs?: number): WindowContent<UsageRecord> => {
      const part = { fromMs: edgeMs, toMs: window.toMs };
      // A skipped row without a time was placed at the window's start, but lies somewhere in this part.
      const dropped = skipped.map((ms) => (ms < part.fromMs ? null : ms));
      const newest = { ...part, rows, dropped, received, parsed, readAtMs, stale, origin: origin ?? 'NONE' };
      return { kind: 'dense', newest, ...(endMs !== undefined && { endMs }) };
    };
    // If all rows of the window are wanted, there is nothing to spare.
    const read = wanted === Infinity ? list : giveUpWhenCrowded(list, window, precisionMs);
    const batches = pageByKeyset(read, {
      range: window,
      direction: 'DESC',
      after: null,
      wanted: () => list.largestPage,
      // The rows are given in ascending order, so the row before a skipped one may be on another page.
      undatedMs: window.fromMs,
    });
    try {
      for await (const batch of batches) {
        appendAll(rows, batch.rows);
        appendAll(skipped, batch.dropped);
        received += batch.received;
        parsed += batch.parsed;
        readAtMs = Math.min(readAtMs, batch.readAtMs);
        stale ||= batch.stale;
        origin = joinOrigins(origin, batch.origin);
        edgeMs = batch.edgeMs;
        const rowsPerMs = rows.length / Math.max(window.toMs - edgeMs, 1);
        const expected = rows.length + rowsPerMs * (edgeMs - window.fromMs);
        if (!batch.ended && isDense(expected, wanted, window, precisionMs())) return giveUp();
      }
    } catch (error) {
      if (error instanceof CrowdedInstant) return giveUp(error.endMs);
      throw error;
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

/** So many pages of one instant are read before a window that begins earlier is given up. */
const MOST_PAGES = 2;

/** An instant has more pages than are worth reading before the window's earlier rows. A window that ends here spares them. */
class CrowdedInstant extends Error {
  override readonly name = 'CrowdedInstant';
  readonly endMs: number;

  constructor(endMs: number) {
    super();
    this.endMs = endMs;
  }
}

/**
 * The same list, newest first, whose readers stop within an instant of many pages if a shorter window would spare it. In ascending order
 * the rows before it come first, and the calls could be spent before they are reached.
 * @throws CrowdedInstant (from its readers)
 */
function giveUpWhenCrowded(
  list: VendorList<UsageRecord>,
  { fromMs, toMs }: Range,
  precisionMs: () => number,
): VendorList<UsageRecord> {
  return {
    ...list,
    open(asked) {
      const reader = list.open(asked);
      let pages = 0;
      /** The end of a window that spares the last instant seen: one unit before it, because the vendor's bound may be inclusive. */
      let endMs = Infinity;
      return {
        async next() {
          if (pages >= MOST_PAGES && endMs > fromMs && endMs < toMs) throw new CrowdedInstant(endMs);
          const page = await reader.next();
          pages += 1;
          const lastMs = page.entries.findLast((entry) => !isSkipped(entry))?.timestampMs;
          // The page has just shown the precision.
          const unitMs = precisionMs();
          if (typeof lastMs === 'number') endMs = (Math.floor(lastMs / unitMs) - 1) * unitMs;
          return page;
        },
      };
    },
  };
}
