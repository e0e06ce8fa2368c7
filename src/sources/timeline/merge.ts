import { RequestError, UpstreamError } from '../../base/errors.ts';
import { recordCoverage } from '../paging/coverage-recorder.ts';
import type { ExaminedSpan, Stop } from '../paging/coverage-recorder.ts';
import { coverFailure } from '../paging/coverage.ts';
import type { Coverage } from '../paging/coverage.ts';
import type { Page, PageEnd, PageRequest } from '../paging/page.ts';
import { comparePositions, endOfInstant, startOfReading } from '../paging/position.ts';
import type { Position } from '../paging/position.ts';
import type { Batch, RowStream } from '../paging/row-stream.ts';
import { appendAll } from '../shared/append-all.ts';

/** One row stream that is being read. */
interface Run<Row extends Position> {
  readonly stream: RowStream<Row>;
  readonly batches: AsyncGenerator<Batch<Row>, void>;
  /** Matches that are not yet given out, in the direction of reading. */
  readonly waiting: Row[];
  readonly taken: { readonly batch: Batch<Row>; readonly startMs: number }[];
  edgeMs: number;
  scanned: number;
  state: 'running' | 'ended' | { readonly failed: UpstreamError; readonly sinceMs: number };
}

/**
 * Reads one page from several row streams in the order of all entries. An entry is given out when no other stream can hold an
 * entry before it; the streams for which that is unknown are read next. A stream that fails is left out of the rest of this
 * page: coverage reports its span as FAILED, and the next page reads it again.
 * @throws RequestError `LIMIT_EXCEEDED` if the call budget is spent before every stream was examined beyond the cursor's instant
 */
export async function mergeStreams<Row extends Position>(
  request: Omit<PageRequest<unknown>, 'filter'>,
  streams: readonly RowStream<Row>[],
  nowMs: number,
): Promise<Page<Row>> {
  const { range, count, direction, after } = request;
  const isDesc = direction === 'DESC';
  const compare = isDesc ? comparePositions : (a: Position, b: Position): number => comparePositions(b, a);
  const given: Row[] = [];
  const runs = streams.map((stream) => start(stream));
  let stop: Stop | null = null;
  let hasMore = false;

  try {
    await Promise.all(runs.map((run) => pull(run)));
    for (;;) {
      const next = nextOf(runs, compare);
      const blocking = runs.filter((run) => run.state === 'running' && (!next || !isPast(run, next.row)));
      if (blocking.length > 0) {
        if (stop) break;
        await Promise.all(blocking.map((run) => pull(run)));
        continue;
      }
      if (!next) break;
      if (given.length === count) {
        hasMore = true;
        stop = null;
        break;
      }
      given.push(next.row);
      next.run.waiting.shift();
    }
  } finally {
    await Promise.all(runs.map((run) => run.batches.return()));
  }

  const last = given.at(-1) ?? null;
  const rangeEndMs = isDesc ? range.fromMs : range.toMs;
  const edge = stop ? edgeOfStop() : edgeOfPage();
  return {
    rows: isDesc ? given : given.reverse(),
    hasMore: hasMore || stop !== null,
    end: edge.end,
    coverage: runs
      .flatMap((run) => coverRun(run, edge.untilMs, hasMore ? last : null))
      .sort((a, b) => b.toMs - a.toMs),
  };

  function edgeOfPage(): { readonly untilMs: number; readonly end: PageEnd | null } {
    const position = last ?? after;
    const end = position && ({ kind: 'row', position } as const);
    if (!hasMore) return { untilMs: rangeEndMs, end };
    if (!last) return { untilMs: isDesc ? Infinity : -Infinity, end };
    return { untilMs: isDesc ? last.timestampMs : last.timestampMs + 1, end };
  }

  /** The page ends where the slowest stream has got to, because up to there all streams are examined. */
  function edgeOfStop(): { readonly untilMs: number; readonly end: PageEnd } {
    const edges = runs.flatMap((run) => (run.state === 'running' ? [run.edgeMs] : []));
    const untilMs = isDesc ? Math.max(rangeEndMs, ...edges) : Math.min(rangeEndMs, ...edges);
    // The end of the cursor's own instant would lie before the cursor.
    if (after && !runs.every(hasMoved)) return { untilMs, end: { kind: 'row', position: after } };
    return { untilMs, end: { kind: 'scan position', position: endOfInstant('EVENTS', untilMs) } };
  }

  function start(stream: RowStream<Row>): Run<Row> {
    const wantedMatches = (): number => Math.max(1, count + 1 - given.length - run.waiting.length);
    const run: Run<Row> = {
      stream,
      waiting: [],
      taken: [],
      edgeMs: startOf(stream),
      scanned: 0,
      state: 'running',
      batches: stream.read({
        range,
        direction,
        after,
        wanted: () =>
          stream.maxScannedRows === null ? wantedMatches() : stream.maxScannedRows - run.scanned,
        wantedMatches,
      }),
    };
    return run;
  }

  function startOf({ source }: RowStream<Row>): number {
    return startOfReading(source, range, after, direction);
  }

  /** Whether a stream got beyond the instant in which the page begins. */
  function hasMoved({ state, edgeMs, stream }: Run<Row>): boolean {
    return state !== 'running' || edgeMs !== startOf(stream);
  }

  async function pull(run: Run<Row>): Promise<void> {
    if (run.state !== 'running' || stop) return;
    const { maxScannedRows } = run.stream;
    if (maxScannedRows !== null && run.scanned >= maxScannedRows) {
      stop ??= {
        code: 'SCAN_LIMIT',
        reason: `The scan stopped at its bound of ${maxScannedRows} rows. Continue after endCursor.`,
      };
      return;
    }
    try {
      const read = await run.batches.next();
      if (read.done) {
        run.state = 'ended';
        return;
      }
      run.taken.push({ batch: read.value, startMs: run.edgeMs });
      appendAll(run.waiting, read.value.rows.filter(run.stream.isMatch));
      if (!read.value.holdsMatchesAlone) run.scanned += read.value.rows.length + read.value.dropped.length;
      run.edgeMs = read.value.edgeMs;
      if (read.value.ended) run.state = 'ended';
    } catch (error) {
      if (error instanceof UpstreamError) run.state = { failed: error, sinceMs: run.edgeMs };
      else if (error instanceof RequestError && error.code === 'LIMIT_EXCEEDED' && runs.every(hasMoved)) {
        stop = {
          code: 'CALL_BUDGET',
          reason: 'This operation has used up its vendor calls. Continue after endCursor.',
        };
      } else throw error;
    }
  }

  /** No unread row of this stream can come before that row. */
  function isPast(run: Run<Row>, row: Row): boolean {
    return run.waiting.length > 0 || (isDesc ? run.edgeMs <= row.timestampMs : run.edgeMs > row.timestampMs);
  }

  function coverRun(run: Run<Row>, untilMs: number, lastRow: Row | null): Coverage[] {
    const examined = run.taken.flatMap(({ batch, startMs }): ExaminedSpan[] => {
      const span = isDesc
        ? { fromMs: Math.max(batch.edgeMs, untilMs), toMs: startMs }
        : { fromMs: startMs, toMs: Math.min(batch.edgeMs, untilMs) };
      if (span.fromMs >= span.toMs) return [];
      const isInside = (ms: number): boolean => ms >= span.fromMs && ms < span.toMs;
      const rows = batch.rows.filter(
        (row) => isInside(row.timestampMs) && (!lastRow || compare(row, lastRow) <= 0),
      );
      return [
        {
          ...span,
          readAtMs: batch.readAtMs,
          stale: batch.stale,
          origin: batch.origin,
          dropped: batch.dropped.filter(isInside).length,
          rows,
          matches: rows.filter(run.stream.isMatch),
        },
      ];
    });
    const covered = recordCoverage(run.stream.source, examined, run.stream.age, nowMs, stop);
    if (typeof run.state === 'string') return covered;
    const { failed, sinceMs } = run.state;
    const span = isDesc ? { fromMs: untilMs, toMs: sinceMs } : { fromMs: sinceMs, toMs: untilMs };
    return span.fromMs < span.toMs ? [...covered, coverFailure(run.stream.source, span, failed)] : covered;
  }
}

/** The next entry of all streams. */
function nextOf<Row extends Position>(
  runs: readonly Run<Row>[],
  compare: (a: Position, b: Position) => number,
): { readonly run: Run<Row>; readonly row: Row } | null {
  let next: { readonly run: Run<Row>; readonly row: Row } | null = null;
  for (const run of runs) {
    const row = run.waiting[0];
    if (row && (!next || compare(row, next.row) < 0)) next = { run, row };
  }
  return next;
}
