import type { CallContext } from '../../upstream/upstream.ts';
import { appendAll } from '../walk/append-all.ts';
import type { VendorList } from '../walk/vendor-list.ts';
import { isDense, walkByWindows, type LocateRows, type ReadWindow } from '../walk/walk-by-windows.ts';
import { walkList, type Step, type Walk } from '../walk/walk-list.ts';
import type { UsageDeps } from './usage-deps.ts';
import { createUsageList } from './usage-list.ts';
import type { UsageRecord } from './usage-record.ts';
import type { UsageFilter } from './usage-source.ts';

/** A walk over the rows that the vendor gives for a filter. It sorts downward only: upward goes by windows. */
export function createUsageWalk(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
  locateRows: LocateRows,
): (walk: Walk) => AsyncGenerator<Step<UsageRecord>, void> {
  return (walk) => {
    const list = createUsageList(deps, context, filter, pageFor(walk.wanted(), deps, context));
    return walk.direction === 'down'
      ? walkList(list, walk)
      : walkByWindows(list.source, walk, list.largestPage, readDown(list), locateRows);
  };
}

/** Rows of a page that come again with the next one, where they share an instant. */
const OVERLAP = 10;

/** The most to ask for at once: more than the setting only where the calls that are left would else not reach so many rows. */
function pageFor(wanted: number, { settings, lore }: UsageDeps, { ledger }: CallContext): number {
  const { largestPage, scanPage = largestPage } = settings;
  if (lore.refusesLargePages || !Number.isFinite(wanted)) return largestPage;
  const needed = Math.ceil(wanted / Math.max(ledger.remaining(), 1)) + OVERLAP;
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
    const steps = walkList(list, {
      range: window,
      direction: 'down',
      after: null,
      wanted: () => list.largestPage,
      // The window is read upward: the row before, here a newer one, may lie behind the end of a page.
      undatedMs: window.fromMs,
    });
    for await (const step of steps) {
      appendAll(rows, step.rows);
      appendAll(dropped, step.dropped);
      received += step.received;
      parsed += step.parsed;
      readAtMs = Math.min(readAtMs, step.readAtMs);
      stale ||= step.stale;
      const rowsPerMs = rows.length / Math.max(window.toMs - step.edgeMs, 1);
      const expected = rows.length + rowsPerMs * (step.edgeMs - window.fromMs);
      if (!step.ended && isDense(expected, wanted, window, list.unitMs)) {
        const part = { fromMs: step.edgeMs, toMs: window.toMs };
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
