import { UpstreamError } from '../../base/errors.ts';
import { readKeysetWindow } from './keyset-window.ts';
import { comparePositions, isGivenRow, startOfReading } from './position.ts';
import type { Position } from './position.ts';
import type { Batch, BatchRequest } from './row-stream.ts';
import { isSkipped } from './vendor-page.ts';
import type { SkippedRow, VendorList } from './vendor-page.ts';

/** Rows asked for beyond those wanted, so that rows of one instant at the page's end rarely cost another call. */
const SLACK = 9;

/**
 * Reads a vendor's list by keyset paging in time: each window is the same query with its bound moved to the last instant seen,
 * and that instant is read again, whole. Offsets are used only inside an instant that holds more rows than a page.
 *
 * The bound is one unit beyond the last instant, so that it does not matter whether the vendor's bounds are inclusive
 * (`docs/vendors.md#keyset-paging-without-loss`).
 *
 * @throws UpstreamError `UPSTREAM_OUT_OF_ORDER` if the vendor breaks its own order, `UPSTREAM_BAD_RESPONSE` if no row of a full
 * page, or of a page that must repeat rows, can be parsed; RequestError `LIMIT_EXCEEDED` if the call budget is spent
 */
export async function* pageByKeyset<Row extends Position>(
  list: VendorList<Row>,
  request: BatchRequest,
): AsyncGenerator<Batch<Row>, void> {
  const { range, direction } = request;
  if (range.fromMs >= range.toMs) return;
  const isDesc = direction === 'DESC';
  /** An instant is a whole number of the list's units since the epoch. */
  const instantOf = (timestampMs: number): number => Math.floor(timestampMs / list.unitMs);
  const isBeyond = (instant: number, than: number): boolean => (isDesc ? instant < than : instant > than);
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
    if (isBeyond(resumed, instant)) instant = resumed;
    if (isBeyond(instant, isDesc ? firstInstant : lastInstant)) return;
  }
  /** How many rows of `instant` are known already and come again: the cursor's row, later the rows that the page cut. */
  let repeated = request.after ? 1 : 0;
  let isFirst = true;
  const startMs = startOfReading(list.source, range, request.after, direction);
  const holdsCursor =
    isGivenRow(request.after, list.source) && instantOf(request.after.timestampMs) === instant;

  for (;;) {
    const window = await readKeysetWindow(list, {
      lowerMs: ((isDesc ? firstInstant : instant) - 1) * list.unitMs,
      upperMs: ((isDesc ? instant : lastInstant) + 1) * list.unitMs,
      direction,
      instant,
      repeats: isFirst ? (holdsCursor ? 'cursor' : 'nothing') : 'rows',
      pageSize: pageSizeFor(request.wanted() + repeated, list.largestPage),
    });
    const { entries } = window;
    const received = entries.length;
    const parsed = countParsed(entries);
    // The previous call has parsed rows of `instant`, and they must come again. So this answer is not the end of the list.
    if (!isFirst && parsed === 0) throw unparsablePage(list);
    const lastSeen = lastInstantOf(entries);
    const ended = window.ended || isBeyond(lastSeen, isDesc ? firstInstant : lastInstant);
    const rows: Row[] = [];
    const rowsAtCut: Row[] = [];
    const dropped: number[] = [];
    let cut = 0;
    const headMs = headOf(instant);
    let timestampMs = headMs;
    for (const entry of entries) {
      // A skipped row without a time gets that of the row before it, or the window's first moment at the start of a window. There it
      // may be counted a second time, because it is unknown whether the window before held it.
      timestampMs = entry.timestampMs ?? (isDesc ? Math.min : Math.max)(timestampMs, headMs);
      const at = instantOf(timestampMs);
      // The bound is one unit beyond the instant. The previous window has given out the rows in that unit.
      if (isBeyond(instant, at)) continue;
      // The end of the page may cut its last instant. Unless the list has ended, the next window reads that instant whole.
      const isWhole = window.ended || isBeyond(lastSeen, at);
      if (!isWhole) cut += 1;
      if (isSkipped(entry)) {
        if (isWhole && isDroppedHere(timestampMs))
          dropped.push(entry.timestampMs ?? request.undatedMs ?? timestampMs);
      } else if (isWanted(entry)) (isWhole ? rows : rowsAtCut).push(entry);
    }
    rows.sort(isDesc ? comparePositions : (a, b) => comparePositions(b, a));
    const edge = isDesc ? (lastSeen + 1) * list.unitMs : lastSeen * list.unitMs;
    yield {
      rows,
      rowsAtCut,
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
      origin: window.origin,
      ended,
    };
    if (ended) return;
    repeated = cut;
    instant = lastSeen;
    isFirst = false;
  }

  /** The instant of the last row that was parsed. If there is none, the window has ended, and the value does not matter. */
  function lastInstantOf(entries: readonly (Row | SkippedRow)[]): number {
    const last = entries.findLast(
      (entry): entry is Row => !isSkipped(entry) && !isBeyond(instant, instantOf(entry.timestampMs)),
    );
    return instantOf(last?.timestampMs ?? 0);
  }

  /** The first moment of an instant in the direction of reading, inside the range. */
  function headOf(at: number): number {
    return isDesc ? Math.min((at + 1) * list.unitMs, startMs) - 1 : Math.max(at * list.unitMs, startMs);
  }

  /**
   * A skipped row at the cursor's own instant is counted, although the previous page may have counted it, because it is unknown on
   * which side of the cursor it lies: better twice than never.
   */
  function isDroppedHere(timestampMs: number): boolean {
    return isDesc
      ? timestampMs >= range.fromMs && timestampMs < startMs
      : timestampMs >= startMs && timestampMs < range.toMs;
  }
}

function unparsablePage({ source, operation }: VendorList<Position>): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source,
    operation,
    message: 'The vendor answered a page without one row that could be understood.',
  });
}

function countParsed(entries: readonly object[]): number {
  let count = 0;
  for (const entry of entries) if (!isSkipped(entry)) count += 1;
  return count;
}

function pageSizeFor(wanted: number, largestPage: number): number {
  return Math.max(2, Math.min(wanted + SLACK, largestPage));
}
