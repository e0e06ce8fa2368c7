import { RequestError } from '../../base/request-error.ts';
import type { Range } from '../../base/range.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import { comparePositions, type Position } from './position.ts';
import { isDropped, type DroppedRow, type TimeDirection, type VendorList } from './vendor-list.ts';

/** What a walk is asked for. */
export interface Walk {
  readonly range: Range;
  readonly direction: TimeDirection;
  /** Only rows strictly behind this one in the walk's direction. */
  readonly after: Position | null;
  /** How many more rows the reader of the walk can use: it sizes the pages. Infinity: as many as a page holds. */
  readonly wanted: () => number;
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
/** A window whose pages contradict each other, as when a row slips in between two of them, is read anew this often. */
const REREADS = 2;

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

  for (;;) {
    const window = await readWindow(list, {
      lowerMs: ((down ? firstInstant : instant) - 1) * list.unitMs,
      upperMs: ((down ? instant : lastInstant) + 1) * list.unitMs,
      direction,
      instant,
      pageSize: pageSizeFor(walk.wanted() + again, list.largestPage),
    });
    // The bound is one unit wide of the instant: what lies between was given out with the window before.
    const timed = withTimes(window.entries, isFirstWindow ? instant * list.unitMs : null).filter(
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
      isDropped(entry) && isDroppedHere(timestampMs) ? [timestampMs] : [],
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
    return (
      !walk.after || (down ? timestampMs < walk.after.timestampMs : timestampMs > walk.after.timestampMs)
    );
  }
}

interface WindowRequest {
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly direction: TimeDirection;
  /** The instant that the window must get beyond. */
  readonly instant: number;
  readonly pageSize: number;
}

interface ReadWindow<Row> {
  readonly entries: readonly (Row | DroppedRow)[];
  readonly ended: boolean;
  readonly readAtMs: number;
  readonly stale: boolean;
}

/** Reads a window until it gets beyond its first instant or ends; nearly always one call. */
async function readWindow<Row extends Position>(
  list: VendorList<Row>,
  request: WindowRequest,
): Promise<ReadWindow<Row>> {
  let pageSize = request.pageSize;
  for (let rereads = 0; ; rereads += 1) {
    const reader = list.open({ ...request, pageSize });
    const entries: (Row | DroppedRow)[] = [];
    let readAtMs = Infinity;
    let stale = false;
    for (let pages = 1; ; pages += 1) {
      let page;
      try {
        page = await reader.next();
      } catch (error) {
        if (pages > 1 && error instanceof RequestError && error.code === 'LIMIT_EXCEEDED')
          throw overfull(list, error);
        if (pages > 1 && isOutOfOrder(error) && rereads < REREADS) break;
        throw error;
      }
      entries.push(...page.entries);
      readAtMs = Math.min(readAtMs, page.readAtMs);
      stale ||= page.stale;
      const offence = findOffence(entries, request.direction);
      if (offence) {
        if (pages > 1 && rereads < REREADS) break;
        throw new UpstreamError({
          code: 'UPSTREAM_OUT_OF_ORDER',
          source: list.source,
          operation: list.operation,
          message: `The vendor ${offence}, so a page could lack rows; nothing was given out.`,
        });
      }
      if (page.ended) return { entries, ended: true, readAtMs, stale };
      const seen = entries.flatMap((entry) =>
        isDropped(entry) ? [] : [Math.floor(entry.timestampMs / list.unitMs)],
      );
      const first = seen[0];
      const last = seen.at(-1);
      if (first === undefined || last === undefined) {
        throw new UpstreamError({
          code: 'UPSTREAM_BAD_RESPONSE',
          source: list.source,
          operation: list.operation,
          message: 'The vendor answered a full page without one row that could be understood.',
        });
      }
      const isBeyond = request.direction === 'down' ? last < request.instant : last > request.instant;
      if (isBeyond && first !== last) return { entries, ended: false, readAtMs, stale };
      if (entries.length >= pageSize && pageSize < list.largestPage) {
        // An instant fills the page: a larger page costs less than offsets.
        pageSize = list.largestPage;
        rereads -= 1;
        break;
      }
    }
  }
}

/** What in these entries no vendor that keeps its order could have sent, or null. */
function findOffence(entries: readonly (Position | DroppedRow)[], direction: TimeDirection): string | null {
  const ids = new Set<string>();
  let previous: number | null = null;
  for (const entry of entries) {
    if (isDropped(entry)) continue;
    if (ids.has(entry.id)) return 'gave one id twice within one list';
    ids.add(entry.id);
    if (
      previous !== null &&
      (direction === 'down' ? entry.timestampMs > previous : entry.timestampMs < previous)
    ) {
      return 'broke the order in time';
    }
    previous = entry.timestampMs;
  }
  return null;
}

/**
 * Gives each entry a time: a dropped row without one takes that of the row before it. At the head of a window there is
 * none; such a row was counted with the window before, but for the first window.
 */
function withTimes<Row extends Position>(
  entries: readonly (Row | DroppedRow)[],
  headMs: number | null,
): { entry: Row | DroppedRow; timestampMs: number }[] {
  const timed: { entry: Row | DroppedRow; timestampMs: number }[] = [];
  let latest = headMs;
  for (const entry of entries) {
    const timestampMs = entry.timestampMs ?? latest;
    if (timestampMs === null) continue;
    timed.push({ entry, timestampMs });
    latest = timestampMs;
  }
  return timed;
}

function pageSizeFor(wanted: number, largestPage: number): number {
  return Math.max(2, Math.min(wanted + SLACK, largestPage));
}

function isOutOfOrder(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'UPSTREAM_OUT_OF_ORDER';
}

function overfull(list: { readonly source: string }, error: RequestError): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `One instant of ${list.source} holds more rows than the remaining vendor calls can read, and an instant is given out whole or not at all. Narrow the filter.`,
    error.details,
  );
}
