import type { Range } from '../../base/range.ts';
import { comparePositions, type Position } from './position.ts';
import { walkList, type Step, type Walk } from './walk-list.ts';
import type { VendorList } from './vendor-list.ts';

/** The first window of a walk against the vendor's order, in milliseconds. */
const FIRST_WINDOW_MS = 15 * 60_000;
/** How much longer the next window may be than the last. */
const GROWTH = 16;

/**
 * Walks upward in time over a vendor that only lists downward: windows of time one after the other, each read whole from
 * its newest row down. Their length follows what the last one held, so that a window is nearly always one page.
 * @throws as `walkList`
 */
export async function* walkUpByWindows<Row extends Position>(
  list: VendorList<Row>,
  walk: Omit<Walk, 'direction'>,
): AsyncGenerator<Step<Row>, void> {
  const { range, after } = walk;
  let fromMs = after ? Math.max(after.timestampMs, range.fromMs) : range.fromMs;
  let lengthMs = FIRST_WINDOW_MS;
  while (fromMs < range.toMs) {
    const toMs = Math.min(fromMs + lengthMs, range.toMs);
    const wanted = Math.min(walk.wanted(), list.largestPage);
    const read = await readWhole(list, { fromMs, toMs }, wanted);
    if (read.kind === 'dense') {
      lengthMs = shorten(toMs - fromMs, toMs - read.reachedMs, read.rows, wanted);
      continue;
    }
    const rows = read.step.rows.filter((row) => !after || isBehind(row, after));
    yield { ...read.step, rows, edgeMs: toMs, ended: toMs === range.toMs };
    const perMs = read.step.rows.length / (toMs - fromMs);
    const needed = Math.max(walk.wanted() - rows.length, 1);
    lengthMs = Math.ceil(
      Math.min(
        (toMs - fromMs) * GROWTH,
        perMs > 0 ? Math.min(needed * 1.5, list.largestPage * 0.8) / perMs : Infinity,
      ),
    );
    lengthMs = Math.max(lengthMs, 1);
    fromMs = toMs;
  }
}

type WholeRead<Row> =
  | { readonly kind: 'whole'; readonly step: Step<Row> }
  /** The window holds more than is worth reading at once: what its newest page held, and how far that reached. */
  | { readonly kind: 'dense'; readonly rows: number; readonly reachedMs: number };

async function readWhole<Row extends Position>(
  list: VendorList<Row>,
  range: Range,
  wanted: number,
): Promise<WholeRead<Row>> {
  const rows: Row[] = [];
  const dropped: number[] = [];
  let readAtMs = Infinity;
  let stale = false;
  const steps = walkList(list, {
    range,
    direction: 'down',
    after: null,
    wanted: () => Math.max(wanted, list.largestPage),
  });
  for await (const step of steps) {
    rows.push(...step.rows);
    dropped.push(...step.dropped);
    readAtMs = Math.min(readAtMs, step.readAtMs);
    stale ||= step.stale;
    const isWorthReading = rows.length < 2 * list.largestPage && rows.length <= 2 * wanted;
    if (!step.ended && !isWorthReading && step.edgeMs < range.toMs - 1 && range.toMs - range.fromMs > 1) {
      return { kind: 'dense', rows: rows.length, reachedMs: step.edgeMs };
    }
  }
  return {
    kind: 'whole',
    step: {
      rows: rows.reverse(),
      edgeMs: range.toMs,
      dropped: dropped.reverse(),
      readAtMs,
      stale,
      ended: true,
    },
  };
}

/** A window that should hold about as many rows as are wanted, and is shorter than the one that held too many. */
function shorten(lengthMs: number, seenMs: number, rows: number, wanted: number): number {
  const target = Math.ceil((wanted * Math.max(seenMs, 1)) / Math.max(rows, 1));
  return Math.max(1, Math.min(target, Math.floor(lengthMs / 2)));
}

/** Later in the walk, which is earlier in the order of entries. */
function isBehind(row: Position, after: Position): boolean {
  return comparePositions(row, after) < 0;
}
