import type { Direction, Range } from '../../base/time.ts';
import type { CoverageOrigin } from './coverage.ts';
import { comparePositions, isGivenRow, startOfReading } from './position.ts';
import type { Position } from './position.ts';
import { unparsableError } from './row-stream.ts';
import type { Batch, BatchRequest } from './row-stream.ts';
import type { VendorList } from './vendor-page.ts';

/** Reads a window of time whole, unless it holds far more rows than are wanted. */
export type ReadWindow<Row> = (range: Range, wanted: number) => Promise<WindowContent<Row>>;

export type WindowContent<Row> =
  | ({ readonly kind: 'whole' } & SpanContent<Row>)
  /**
   * It holds too many rows to read at once. Its newest part was read whole and is not read again; it may be empty. `endMs`: a window that
   * ends here spares an instant of many pages, which follows.
   */
  | { readonly kind: 'dense'; readonly newest: SpanContent<Row> & Range; readonly endMs?: number }
  /** The same for a vendor that does not sort by time: some of the window's rows, from anywhere in it. */
  | { readonly kind: 'dense'; readonly sample: readonly Row[] };

/** The content of a span. */
export interface SpanContent<Row> {
  /** In any order. */
  readonly rows: readonly Row[];
  /** The times of skipped rows; null if not even the time could be parsed. */
  readonly dropped: readonly (number | null)[];
  /** How many rows the vendor answered, and how many of them could be parsed. */
  readonly received: number;
  readonly parsed: number;
  readonly readAtMs: number;
  readonly stale: boolean;
  readonly origin: CoverageOrigin;
}

/**
 * Estimates the end of a window that starts with this span, in the direction of reading, and holds about `wanted` rows; null
 * if it can't. It is a hint only: the rows of a window are always read.
 */
export type LocateRows = (span: Range, wanted: number) => Promise<number | null>;

/** The length of the first window. */
const FIRST_WINDOW_MS = 15 * 60_000;
/**
 * A window is at most 16 times as long as the one before. After a dense window it is at most half as long, after the second in a row at
 * most a 16th, after the third a 256th, and so on: each costs calls, and the reading must get on before they are spent.
 */
const STEP = 16;
/**
 * A window of so few of the vendor's instants is read whole if all rows are wanted. Shorter ones would cost more, because the
 * vendor's bounds add an instant at each end of a window.
 */
const FEW_INSTANTS = 10;

/** The list that is read by windows. */
export interface WindowedList extends Pick<VendorList<Position>, 'source' | 'operation' | 'largestPage'> {
  /** The precision of the vendor's times now, in milliseconds. A window that ends within it would cost as much as one that does not. */
  precisionMs(): number;
}

/**
 * Reads in an order that the vendor does not offer: windows of time one after the other, each read whole and sorted here. The
 * length of a window follows the density of the last one, so that a window is nearly always one page. If a window was too
 * dense, the part that was read is kept until the reading gets there, so that a burst is read only once.
 * @throws as `readWindow`
 */
export async function* pageByWindows<Row extends Position>(
  vendor: WindowedList,
  request: BatchRequest,
  readWindow: ReadWindow<Row>,
  locateRows: LocateRows = async () => null,
): AsyncGenerator<Batch<Row>, void> {
  const { source, largestPage } = vendor;
  const { range, after } = request;
  const isDesc = request.direction === 'DESC';
  const compare = isDesc ? comparePositions : (a: Position, b: Position): number => comparePositions(b, a);
  /** More rows than are wanted, because their density varies, and at least a quarter of a page, because calls cost more than rows. */
  const worthReading = (): number =>
    Math.min(Math.max(request.wanted() * 1.5, largestPage / 4), largestPage * 0.8);
  /** Parts that were read ahead, the nearest last. Only reading `ASC` has them, because there `newest` lies ahead. */
  const ahead: (SpanContent<Row> & Range)[] = [];
  /** Where windows must end to spare an instant of many pages until its turn comes, the nearest last. */
  const spared: number[] = [];
  const limitMs = (): number => Math.min(ahead.at(-1)?.fromMs ?? range.toMs, spared.at(-1) ?? range.toMs);
  let edgeMs = startOfReading(source, range, after, request.direction);
  let lengthMs = FIRST_WINDOW_MS;
  let denseInARow = 0;
  /** The time of the last row that was parsed; null: none yet. */
  let knownMs = isGivenRow(after, source) ? after.timestampMs : null;
  /** Whether the next window should hold the cursor's row. It may have been deleted, so an answer without any row is asked for once more. */
  let mayRepeat = knownMs !== null && knownMs >= range.fromMs && knownMs < range.toMs;
  while (isDesc ? edgeMs > range.fromMs : edgeMs < range.toMs) {
    const kept = ahead.at(-1)?.fromMs === edgeMs ? ahead.pop() : undefined;
    if (kept) {
      yield take(kept, kept);
      continue;
    }
    const farMs = alignEdge(edgeMs, lengthMs, vendor.precisionMs(), request.direction);
    const window = isDesc
      ? { fromMs: Math.max(farMs, range.fromMs), toMs: edgeMs }
      : { fromMs: edgeMs, toMs: Math.min(farMs, limitMs()) };
    const windowMs = window.toMs - window.fromMs;
    let read = await readWindow(window, enoughRows(windowMs));
    if (mayRepeat && read.kind === 'whole') {
      mayRepeat = false;
      if (read.received === 0) read = await readWindow(window, enoughRows(windowMs));
    }
    if (read.kind === 'dense') {
      denseInARow += 1;
      if (!isDesc && 'newest' in read && read.newest.fromMs < read.newest.toMs) ahead.push(read.newest);
      const endMs = 'newest' in read ? read.endMs : undefined;
      if (endMs !== undefined) spared.push(endMs);
      const fittingMs = endMs === undefined ? await estimateFitting(window, read) : endMs - edgeMs;
      const isExact = endMs !== undefined && denseInARow === 1;
      const shorterMs = windowMs / (denseInARow === 1 ? 2 : STEP ** (denseInARow - 1));
      lengthMs = isExact ? fittingMs : Math.max(1, Math.floor(Math.min(fittingMs, shorterMs)));
      continue;
    }
    denseInARow = 0;
    yield take(window, isUnparsable(read) ? await readAgain(window, read) : read);
    const fittingMs = read.rows.length > 0 ? (worthReading() * windowMs) / read.rows.length : Infinity;
    lengthMs = Math.max(1, Math.ceil(Math.min(windowMs * STEP, fittingMs)));
    if (edgeMs === spared.at(-1)) {
      // Now the crowded instant is worth its calls, and nothing behind it.
      spared.pop();
      lengthMs = 2 * vendor.precisionMs();
    }
  }

  /**
   * Reads a window again if not one of its rows could be parsed, together with a row that was parsed before. If that row comes,
   * the list holds bad rows; if it does not, the answer is no list.
   */
  async function readAgain(window: Range, doubted: SpanContent<Row>): Promise<SpanContent<Row>> {
    if (knownMs === null) return doubted;
    const wider = isDesc ? { ...window, toMs: knownMs + 1 } : { ...window, fromMs: knownMs };
    const read = await readWindow(wider, Infinity);
    if (read.kind === 'dense') return doubted;
    if (isUnparsable(read)) throw unparsableError(vendor, read.received);
    const isInside = (ms: number): boolean => ms >= window.fromMs && ms < window.toMs;
    return {
      ...read,
      rows: read.rows.filter(({ timestampMs }) => isInside(timestampMs)),
      // A row without a time counts at the start of what was read.
      dropped: read.dropped.flatMap((ms) =>
        ms === null || ms === wider.fromMs ? [null] : isInside(ms) ? [ms] : [],
      ),
    };
  }

  /** How many rows a window needs to hold. With far more it is dense. */
  function enoughRows(windowMs: number): number {
    const wanted = request.wanted();
    const isShort = windowMs <= FEW_INSTANTS * vendor.precisionMs();
    return wanted === Infinity && isShort ? Infinity : Math.min(wanted, largestPage);
  }

  /** The length of a window that holds the wanted rows, estimated after a dense one. */
  async function estimateFitting(
    window: Range,
    read: WindowContent<Row> & { readonly kind: 'dense' },
  ): Promise<number> {
    // The density of the part that was read may differ from that of the whole window, so ask for the times of the rows.
    const located = denseInARow === 1 ? await locateRows(window, worthReading()) : null;
    if (located !== null) return Math.abs(located - edgeMs);
    if ('newest' in read) {
      const { rows, fromMs, toMs } = read.newest;
      return (request.wanted() * (toMs - fromMs)) / Math.max(rows.length, 1);
    }
    const distances = read.sample
      .map(({ timestampMs }) => Math.abs(timestampMs - edgeMs))
      .sort((a, b) => a - b);
    return distances[Math.min(request.wanted(), Math.floor(distances.length / 2))] ?? 0;
  }

  /** Moves the edge over a span that has been read. */
  function take(span: Range, part: SpanContent<Row>): Batch<Row> {
    edgeMs = isDesc ? span.fromMs : span.toMs;
    const { received, parsed, readAtMs, stale, origin } = part;
    const rows = part.rows.filter((row) => !after || compare(row, after) > 0).sort(compare);
    knownMs = rows.at(-1)?.timestampMs ?? knownMs;
    return {
      rows,
      dropped: part.dropped.map((ms) => ms ?? nearestTo(span, request.direction)),
      received,
      parsed,
      readAtMs,
      stale,
      origin,
      edgeMs,
      ended: isDesc ? edgeMs === range.fromMs : edgeMs === range.toMs,
    };
  }
}

/** The far edge of a window of at most this length that ends between two of the vendor's instants, or behind the first of them. */
function alignEdge(edgeMs: number, lengthMs: number, unitMs: number, direction: Direction): number {
  if (direction === 'DESC') return -alignEdge(-edgeMs, lengthMs, unitMs, 'ASC');
  const alignedMs = Math.floor((edgeMs + lengthMs) / unitMs) * unitMs;
  return alignedMs > edgeMs ? alignedMs : (Math.floor(edgeMs / unitMs) + 1) * unitMs;
}

function isUnparsable({ received, parsed }: SpanContent<unknown>): boolean {
  return received > 0 && parsed === 0;
}

/** Whether a window is too dense to read on, because a shorter one costs less. A single instant is always read whole. */
export function isDense(rows: number, wanted: number, window: Range, unitMs: number): boolean {
  return rows > 2 * wanted && window.toMs - window.fromMs > unitMs;
}

/**
 * The time at which a row without a time counts: the first instant of the span in the direction of reading. A page may end
 * anywhere after it, and the windows of the next page need not hold that row.
 */
function nearestTo({ fromMs, toMs }: Range, direction: Direction): number {
  return direction === 'ASC' ? fromMs : Math.max(toMs - 1, fromMs);
}
