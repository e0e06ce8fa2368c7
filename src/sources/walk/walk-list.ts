import type { Range } from '../../base/range.ts';
import { comparePositions, type Position } from './position.ts';
import { readWindow } from './read-window.ts';
import { isDropped, type DroppedRow, type TimeDirection, type VendorList } from './vendor-list.ts';

/** What a walk is asked for. */
export interface Walk {
  readonly range: Range;
  readonly direction: TimeDirection;
  /** Only rows strictly behind this one in the walk's direction. */
  readonly after: Position | null;
  /** How many more rows the reader of the walk can use: it sizes the pages. Infinity: as many as a page holds. */
  readonly wanted: () => number;
  /** Where rows without a time are told; unsaid: with the row before them. */
  readonly undatedMs?: number;
}

/** One stride of a walk: whole instants only, so that nothing read later can belong before it. */
export interface Step<Row> {
  /** In the walk's direction, inside the range, behind `after`. */
  readonly rows: readonly Row[];
  /** The range is examined up to here, in the walk's direction: down to and with it, or up to and without it. */
  readonly edgeMs: number;
  /** The times of this stride's rows that could not be understood, as far as they can be told. */
  readonly dropped: readonly number[];
  readonly readAtMs: number;
  readonly stale: boolean;
  /** The range holds nothing further. */
  readonly ended: boolean;
}

/** Rows asked for beyond those wanted, so that ties at the edge rarely cost a further call. */
const SLACK = 9;

/**
 * Walks a vendor's list by time keyset: each window is the same query with its bound moved to the last instant seen, and
 * that instant is read again, whole. Offsets are used only inside an instant that holds more rows than a page.
 *
 * The bound is the last instant's unit plus one on the open side, so that it holds whether the vendor's bounds are
 * inclusive or not (`behaviour.md`, 'Time keyset').
 *
 * @throws UpstreamError `UPSTREAM_OUT_OF_ORDER` where the vendor breaks its own order, `UPSTREAM_BAD_RESPONSE` for a full
 * page without one legible row; RequestError `LIMIT_EXCEEDED` where the call budget ends
 */
export async function* walkList<Row extends Position>(
  list: VendorList<Row>,
  walk: Walk,
): AsyncGenerator<Step<Row>, void> {
  const { range, direction } = walk;
  if (range.fromMs >= range.toMs) return;
  const down = direction === 'down';
  const instantOf = (timestampMs: number): number => Math.floor(timestampMs / list.unitMs);
  const isFurther = (a: number, b: number): boolean => (down ? a < b : a > b);
  const firstInstant = instantOf(range.fromMs);
  const lastInstant = instantOf(range.toMs - 1);
  const isWanted = (row: Position): boolean =>
    row.timestampMs >= range.fromMs &&
    row.timestampMs < range.toMs &&
    (!walk.after || (down ? comparePositions(row, walk.after) > 0 : comparePositions(row, walk.after) < 0));

  let instant = down ? lastInstant : firstInstant;
  if (walk.after) {
    const resumed = instantOf(walk.after.timestampMs);
    if (isFurther(resumed, instant)) instant = resumed;
    if (isFurther(instant, down ? firstInstant : lastInstant)) return;
  }
  let again = walk.after ? 1 : 0; // rows of the bound's own instant that come once more
  let isFirstWindow = walk.after === null;
  const headMs = down ? range.toMs - 1 : range.fromMs;

  for (;;) {
    const window = await readWindow(list, {
      lowerMs: ((down ? firstInstant : instant) - 1) * list.unitMs,
      upperMs: ((down ? instant : lastInstant) + 1) * list.unitMs,
      direction,
      instant,
      pageSize: pageSizeFor(walk.wanted() + again, list.largestPage),
    });
    // The bound is one unit wide of the instant: what lies between was given out with the window before.
    const timed = withTimes(window.entries, direction, isFirstWindow ? headMs : null).filter(
      (entry) => !isFurther(instant, instantOf(entry.timestampMs)),
    );
    const lastSeen = instantOf(timed.findLast((entry) => !isDropped(entry.entry))?.timestampMs ?? 0);
    const ended = window.ended || isFurther(lastSeen, down ? firstInstant : lastInstant);
    // The last instant of a page that is not the end may be cut by the page's edge: it waits for the next window.
    const whole = window.ended
      ? timed
      : timed.filter((entry) => isFurther(lastSeen, instantOf(entry.timestampMs)));
    const rows = whole.flatMap(({ entry }) => (isDropped(entry) || !isWanted(entry) ? [] : [entry]));
    rows.sort(down ? comparePositions : (a, b) => comparePositions(b, a));
    const dropped = whole.flatMap(({ entry, timestampMs }) =>
      isDropped(entry) && isDroppedHere(timestampMs)
        ? [entry.timestampMs ?? walk.undatedMs ?? timestampMs]
        : [],
    );
    const edge = down ? (lastSeen + 1) * list.unitMs : lastSeen * list.unitMs;
    yield {
      rows,
      edgeMs: ended ? (down ? range.fromMs : range.toMs) : Math.min(Math.max(edge, range.fromMs), range.toMs),
      dropped,
      readAtMs: window.readAtMs,
      stale: window.stale,
      ended,
    };
    if (ended) return;
    again = timed.length - whole.length;
    instant = lastSeen;
    isFirstWindow = false;
  }

  function isDroppedHere(timestampMs: number): boolean {
    if (timestampMs < range.fromMs || timestampMs >= range.toMs) return false;
    const { after } = walk;
    if (!after) return true;
    if (down) return timestampMs < after.timestampMs;
    // Upward, nothing of an edge's own instant has been told.
    return after.id === '' ? timestampMs >= after.timestampMs : timestampMs > after.timestampMs;
  }
}

/**
 * Gives each entry a time: a dropped row without one takes that of the row before it. At the head of a window there is
 * none; such a row was counted with the window before, but for the first window, where it takes the range's first instant,
 * as does one behind a row from before the range.
 */
function withTimes<Row extends Position>(
  entries: readonly (Row | DroppedRow)[],
  direction: TimeDirection,
  headMs: number | null,
): { entry: Row | DroppedRow; timestampMs: number }[] {
  const timed: { entry: Row | DroppedRow; timestampMs: number }[] = [];
  const nearest = direction === 'down' ? Math.min : Math.max;
  let latest = headMs;
  for (const entry of entries) {
    latest = entry.timestampMs ?? (latest !== null && headMs !== null ? nearest(latest, headMs) : latest);
    if (latest !== null) timed.push({ entry, timestampMs: latest });
  }
  return timed;
}

function pageSizeFor(wanted: number, largestPage: number): number {
  return Math.max(2, Math.min(wanted + SLACK, largestPage));
}
