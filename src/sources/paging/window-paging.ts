import type { Direction, Range } from '../../base/time.ts';
import { comparePositions, startOfReading } from './position.ts';
import type { Position } from './position.ts';
import { unparsableError } from './row-stream.ts';
import type { VendorList } from './vendor-list.ts';
import type { Batch, BatchRequest } from './row-stream.ts';

/** Reads a window of time whole, unless it holds far more rows than are wanted. */
export type ReadWindow<Row> = (range: Range, wanted: number) => Promise<WindowContent<Row>>;

export type WindowContent<Row> =
  | ({ readonly kind: 'whole' } & SpanContent<Row>)
  /** More rows than are worth reading at once. Its newest part was read whole and need not be read again. */
  | { readonly kind: 'dense'; readonly newest: SpanContent<Row> & Range }
  /** Likewise, of a vendor that does not sort by time: some of its rows, from anywhere in it. */
  | { readonly kind: 'dense'; readonly sample: readonly Row[] };

/** What a stretch of time holds. */
export interface SpanContent<Row> {
  /** In any order. */
  readonly rows: readonly Row[];
  /** The times of rows that could not be understood; null: it has none that is legible. */
  readonly dropped: readonly (number | null)[];
  /** Rows of the vendor's answers, and how many of them could be understood. */
  readonly received: number;
  readonly parsed: number;
  readonly readAtMs: number;
  readonly stale: boolean;
}

/**
 * Says where a window that begins (in the walk's direction) with this stretch should end to hold about so many rows; null:
 * can't say. Only a hint: what a window holds is read, never assumed.
 */
export type LocateRows = (span: Range, wanted: number) => Promise<number | null>;

/** The first window of a walk, in milliseconds. */
const FIRST_WINDOW_MS = 15 * 60_000;
/** How much longer the next window may be than the last, and how much shorter if two were too dense. */
const GROWTH = 16;

/**
 * Walks in an order that the vendor does not offer: windows of time one after the other, each read whole and sorted here.
 * Their length follows what the last one held, so that a window is nearly always one page. What was read of a window that
 * turned out to be too dense is kept until the walk gets there, so that a burst costs its pages once.
 * @throws as `readWindow`
 */
export async function* pageByWindows<Row extends Position>(
  vendor: Pick<VendorList<Row>, 'source' | 'operation' | 'largestPage'>,
  request: BatchRequest,
  readWindow: ReadWindow<Row>,
  locateRows: LocateRows = async () => null,
): AsyncGenerator<Batch<Row>, void> {
  const { source, largestPage } = vendor;
  const { range, after } = request;
  const isDesc = request.direction === 'DESC';
  const compare = isDesc ? comparePositions : (a: Position, b: Position): number => comparePositions(b, a);
  /** More rows than are wanted, since they vary in density, and at least a good part of a page: a call costs more. */
  const worthReading = (): number =>
    Math.min(Math.max(request.wanted() * 1.5, largestPage / 4), largestPage * 0.8);
  /** Parts that were read ahead of the walk, the nearest last. Only a walk upward has them: `newest` lies ahead of it. */
  const ahead: (SpanContent<Row> & Range)[] = [];
  const limitMs = (): number => ahead.at(-1)?.fromMs ?? range.toMs;
  let edgeMs = startOfReading(source, range, after, request.direction);
  let lengthMs = FIRST_WINDOW_MS;
  let denseInARow = 0;
  /** Of the last row that was understood; null: none was. */
  let knownMs = after && after.id !== '' && after.source === source ? after.timestampMs : null;
  while (isDesc ? edgeMs > range.fromMs : edgeMs < range.toMs) {
    const kept = ahead.at(-1)?.fromMs === edgeMs ? ahead.pop() : undefined;
    if (kept) {
      yield take(kept, kept);
      continue;
    }
    const window = isDesc
      ? { fromMs: Math.max(edgeMs - lengthMs, range.fromMs), toMs: edgeMs }
      : { fromMs: edgeMs, toMs: Math.min(edgeMs + lengthMs, limitMs()) };
    const windowMs = window.toMs - window.fromMs;
    const read = await readWindow(window, Math.min(request.wanted(), largestPage));
    if (read.kind === 'dense') {
      denseInARow += 1;
      if (!isDesc && 'newest' in read) ahead.push(read.newest);
      // Rows may lie anywhere in it, not only as near as they lie to each other where it was read.
      const located = denseInARow === 1 ? await locateRows(window, worthReading()) : null;
      const fittingMs = located === null ? fittingOf(read) : Math.abs(located - edgeMs);
      const shorterMs = windowMs / (denseInARow === 1 ? 2 : GROWTH);
      lengthMs = Math.max(1, Math.floor(Math.min(fittingMs, shorterMs)));
      continue;
    }
    denseInARow = 0;
    yield take(window, isUnparsable(read) ? await readAgain(window, read) : read);
    const fitting = read.rows.length > 0 ? (worthReading() * windowMs) / read.rows.length : Infinity;
    lengthMs = Math.max(1, Math.ceil(Math.min(windowMs * GROWTH, fitting)));
  }

  /**
   * Reads a window again of which nothing could be understood, together with a row that was understood before. If that row comes,
   * the list is one, and holds bad rows; if it does not, this is no list.
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
      // What has no time of its own stands at the beginning of what was read.
      dropped: read.dropped.flatMap((ms) =>
        ms === null || ms === wider.fromMs ? [null] : isInside(ms) ? [ms] : [],
      ),
    };
  }

  /** How long a window would be that holds what is wanted, as far as the rows of a dense one tell. */
  function fittingOf(read: WindowContent<Row> & { readonly kind: 'dense' }): number {
    if ('newest' in read) {
      const { rows, fromMs, toMs } = read.newest;
      return (request.wanted() * (toMs - fromMs)) / Math.max(rows.length, 1);
    }
    const distances = read.sample
      .map(({ timestampMs }) => Math.abs(timestampMs - edgeMs))
      .sort((a, b) => a - b);
    return distances[Math.min(request.wanted(), Math.floor(distances.length / 2))] ?? 0;
  }

  /** Gets over a stretch that is known now. */
  function take(span: Range, part: SpanContent<Row>): Batch<Row> {
    edgeMs = isDesc ? span.fromMs : span.toMs;
    const { received, parsed, readAtMs, stale } = part;
    const rows = part.rows.filter((row) => !after || compare(row, after) > 0).sort(compare);
    knownMs = rows.at(-1)?.timestampMs ?? knownMs;
    return {
      rows,
      dropped: part.dropped.map((ms) => ms ?? nearestTo(span, request.direction)),
      received,
      parsed,
      readAtMs,
      stale,
      edgeMs,
      ended: isDesc ? edgeMs === range.fromMs : edgeMs === range.toMs,
    };
  }
}

function isUnparsable({ received, parsed }: SpanContent<unknown>): boolean {
  return received > 0 && parsed === 0;
}

/** More than this is not read on: a shorter window costs less. Whatever one instant holds must be read. */
export function isDense(rows: number, wanted: number, window: Range, unitMs: number): boolean {
  return rows > 2 * wanted && window.toMs - window.fromMs > unitMs;
}

/**
 * Where a row without a time is told: the instant that the walk reaches first. A page may end anywhere behind it, and the
 * windows of the next one need not hold that row.
 */
function nearestTo({ fromMs, toMs }: Range, direction: Direction): number {
  return direction === 'ASC' ? fromMs : Math.max(toMs - 1, fromMs);
}
