import { UpstreamError } from '../../base/errors.ts';
import type { Direction } from '../../base/time.ts';
import { readKeysetWindow } from './keyset-window.ts';
import { comparePositions, startOfReading } from './position.ts';
import type { Position } from './position.ts';
import type { Batch, BatchRequest } from './row-stream.ts';
import { isSkipped } from './vendor-list.ts';
import type { SkippedRow, VendorList } from './vendor-list.ts';

/** Rows asked for beyond those wanted, so that ties at the edge rarely cost a further call. */
const SLACK = 9;

/**
 * Walks a vendor's list by time keyset: each window is the same query with its bound moved to the last instant seen, and
 * that instant is read again, whole. Offsets are used only inside an instant that holds more rows than a page.
 *
 * The bound is the last instant's unit plus one on the open side, so that it holds whether the vendor's bounds are
 * inclusive or not (`behaviour.md`, 'Time keyset').
 *
 * @throws UpstreamError `UPSTREAM_OUT_OF_ORDER` if the vendor breaks its own order, `UPSTREAM_BAD_RESPONSE` if no row of a full
 * page can be understood, or of a page that must bring rows again; RequestError `LIMIT_EXCEEDED` if the call budget ends
 */
export async function* pageByKeyset<Row extends Position>(
  list: VendorList<Row>,
  request: BatchRequest,
): AsyncGenerator<Batch<Row>, void> {
  const { range, direction } = request;
  if (range.fromMs >= range.toMs) return;
  const isDesc = direction === 'DESC';
  const instantOf = (timestampMs: number): number => Math.floor(timestampMs / list.unitMs);
  const isFurther = (a: number, b: number): boolean => (isDesc ? a < b : a > b);
  const firstInstant = instantOf(range.fromMs);
  const lastInstant = instantOf(range.toMs - 1);
  const isWanted = (row: Position): boolean =>
    row.timestampMs >= range.fromMs &&
    row.timestampMs < range.toMs &&
    (!request.after ||
      (isDesc ? comparePositions(row, request.after) > 0 : comparePositions(row, request.after) < 0));

  let instant = isDesc ? lastInstant : firstInstant;
  if (request.after) {
    const resumed = instantOf(request.after.timestampMs);
    if (isFurther(resumed, instant)) instant = resumed;
    if (isFurther(instant, isDesc ? firstInstant : lastInstant)) return;
  }
  let again = request.after ? 1 : 0; // rows of the bound's own instant that come once more
  let isFirst = true;
  const restMs = startOfReading(list.source, range, request.after, direction);

  for (;;) {
    const window = await readKeysetWindow(list, {
      lowerMs: ((isDesc ? firstInstant : instant) - 1) * list.unitMs,
      upperMs: ((isDesc ? instant : lastInstant) + 1) * list.unitMs,
      direction,
      instant,
      pageSize: pageSizeFor(request.wanted() + again, list.largestPage),
    });
    const received = window.entries.length;
    const parsed = window.entries.filter((entry) => !isSkipped(entry)).length;
    // Rows of its first instant were understood a call ago, so this is no end.
    if (!isFirst && received > 0 && parsed === 0) throw notUnderstood(list);
    // The bound is one unit wide of the instant: what lies between was given out with the window before.
    const timed = withTimes(window.entries, direction, headOf(instant)).filter(
      (entry) => !isFurther(instant, instantOf(entry.timestampMs)),
    );
    const lastSeen = instantOf(timed.findLast((entry) => !isSkipped(entry.entry))?.timestampMs ?? 0);
    const ended = window.ended || isFurther(lastSeen, isDesc ? firstInstant : lastInstant);
    // The last instant of a page that is not the end may be cut by the page's edge: it waits for the next window.
    const whole = window.ended
      ? timed
      : timed.filter((entry) => isFurther(lastSeen, instantOf(entry.timestampMs)));
    const rows = whole.flatMap(({ entry }) => (isSkipped(entry) || !isWanted(entry) ? [] : [entry]));
    rows.sort(isDesc ? comparePositions : (a, b) => comparePositions(b, a));
    const dropped = whole.flatMap(({ entry, timestampMs }) =>
      isSkipped(entry) && isDroppedHere(timestampMs)
        ? [entry.timestampMs ?? request.undatedMs ?? timestampMs]
        : [],
    );
    const edge = isDesc ? (lastSeen + 1) * list.unitMs : lastSeen * list.unitMs;
    yield {
      rows,
      edgeMs: ended
        ? isDesc
          ? range.fromMs
          : range.toMs
        : Math.min(Math.max(edge, range.fromMs), range.toMs),
      dropped,
      received,
      parsed,
      readAtMs: window.readAtMs,
      stale: window.stale,
      ended,
    };
    if (ended) return;
    again = timed.length - whole.length;
    instant = lastSeen;
    isFirst = false;
  }

  /** The first moment of an instant in the walk's direction, inside the rest of the range. */
  function headOf(at: number): number {
    return isDesc ? Math.min((at + 1) * list.unitMs, restMs) - 1 : Math.max(at * list.unitMs, restMs);
  }

  /** The cursor's own instant counts again: a row of it may have been understood when the page before was read. */
  function isDroppedHere(timestampMs: number): boolean {
    return isDesc
      ? timestampMs >= range.fromMs && timestampMs < restMs
      : timestampMs >= restMs && timestampMs < range.toMs;
  }
}

function notUnderstood({ source, operation }: VendorList<Position>): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source,
    operation,
    message: 'The vendor answered a page without one row that could be understood.',
  });
}

/**
 * Gives each entry a time: a dropped row without one takes that of the row before it. At the head of a window it takes the
 * window's first moment. It may have been counted with the window before, and nobody can tell: it is counted twice rather
 * than never.
 */
function withTimes<Row extends Position>(
  entries: readonly (Row | SkippedRow)[],
  direction: Direction,
  headMs: number,
): { entry: Row | SkippedRow; timestampMs: number }[] {
  const nearest = direction === 'DESC' ? Math.min : Math.max;
  let latest = headMs;
  return entries.map((entry) => {
    latest = entry.timestampMs ?? nearest(latest, headMs);
    return { entry, timestampMs: latest };
  });
}

function pageSizeFor(wanted: number, largestPage: number): number {
  return Math.max(2, Math.min(wanted + SLACK, largestPage));
}
