import { RequestError } from '../../base/request-error.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import { appendAll } from '../walk/append-all.ts';
import type { Coverage } from '../walk/coverage.ts';
import { recordCoverage, type Examined, type Stop } from '../walk/coverage-recorder.ts';
import { coverFailure } from '../walk/cover-failure.ts';
import type { Page, PageRequest } from '../walk/page.ts';
import { comparePositions, edgeAt, startOfRest, type Position } from '../walk/position.ts';
import type { Strand } from '../walk/strand.ts';
import type { Step } from '../walk/walk-list.ts';

/** A strand under way. */
interface Run<Row extends Position> {
  readonly strand: Strand<Row>;
  readonly steps: AsyncGenerator<Step<Row>, void>;
  /** Matches not yet given out, in the walk's direction. */
  readonly waiting: Row[];
  readonly strides: { readonly step: Step<Row>; readonly startMs: number }[];
  edgeMs: number;
  scanned: number;
  state: 'running' | 'ended' | { readonly failed: UpstreamError; readonly sinceMs: number };
}

/**
 * Takes one page from several walks in the one order of all entries. An entry is given out only when every other walk is
 * known to hold nothing before it; the walk that is furthest behind is read next. A walk that fails is left out from there
 * on, for this page: its stretch is FAILED in coverage, and the next page asks it again.
 * @throws RequestError `LIMIT_EXCEEDED` where the call budget ends before anything was examined
 */
export async function mergeWalks<Row extends Position>(
  request: Omit<PageRequest<unknown>, 'filter'>,
  strands: readonly Strand<Row>[],
  nowMs: number,
): Promise<Page<Row>> {
  const { range, count, after } = request;
  const down = request.travel === 'forward';
  const compare = down ? comparePositions : (a: Position, b: Position): number => comparePositions(b, a);
  const given: Row[] = [];
  const runs = strands.map((strand) => start(strand));
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
    await Promise.all(runs.map((run) => run.steps.return()));
  }

  const last = given.at(-1) ?? null;
  const rangeEndMs = down ? range.fromMs : range.toMs;
  const end = stop ? endOfStop() : endOfPage();
  return {
    rows: down ? given : given.reverse(),
    hasMore: hasMore || stop !== null,
    resume: end.resume,
    coverage: runs
      .flatMap((run) => coverRun(run, end.untilMs, hasMore ? last : null))
      .sort((a, b) => b.toMs - a.toMs),
  };

  function endOfPage(): { readonly untilMs: number; readonly resume: Position | null } {
    if (!hasMore) return { untilMs: rangeEndMs, resume: last ?? after };
    if (!last) return { untilMs: down ? Infinity : -Infinity, resume: after };
    return { untilMs: down ? last.timestampMs : last.timestampMs + 1, resume: last };
  }

  /** The page ends where the walk that is furthest behind has got to: up to there, all of them are known. */
  function endOfStop(): { readonly untilMs: number; readonly resume: Position } {
    const edges = runs.flatMap((run) => (run.state === 'running' ? [run.edgeMs] : []));
    const untilMs = down ? Math.max(rangeEndMs, ...edges) : Math.min(rangeEndMs, ...edges);
    return { untilMs, resume: edgeAt('EVENTS', untilMs) };
  }

  function start(strand: Strand<Row>): Run<Row> {
    const run: Run<Row> = {
      strand,
      waiting: [],
      strides: [],
      edgeMs: startOfRest(strand.source, range, after, down ? 'down' : 'up'),
      scanned: 0,
      state: 'running',
      steps: strand.walk({
        range,
        direction: down ? 'down' : 'up',
        after,
        wanted: () =>
          strand.maxScannedRows === null
            ? Math.max(1, count + 1 - given.length - run.waiting.length)
            : strand.maxScannedRows - run.scanned,
      }),
    };
    return run;
  }

  async function pull(run: Run<Row>): Promise<void> {
    if (run.state !== 'running' || stop) return;
    const { maxScannedRows } = run.strand;
    if (maxScannedRows !== null && run.scanned >= maxScannedRows) {
      stop ??= {
        code: 'SCAN_LIMIT',
        reason: `The scan stopped at its bound of ${maxScannedRows} rows; endCursor goes on from there.`,
      };
      return;
    }
    try {
      const read = await run.steps.next();
      if (read.done) {
        run.state = 'ended';
        return;
      }
      run.strides.push({ step: read.value, startMs: run.edgeMs });
      appendAll(run.waiting, read.value.rows.filter(run.strand.isMatch));
      run.scanned += read.value.rows.length + read.value.dropped.length;
      run.edgeMs = read.value.edgeMs;
      if (read.value.ended) run.state = 'ended';
    } catch (error) {
      if (error instanceof UpstreamError) run.state = { failed: error, sinceMs: run.edgeMs };
      else if (
        error instanceof RequestError &&
        error.code === 'LIMIT_EXCEEDED' &&
        runs.every((other) => other.strides.length > 0 || other.state !== 'running')
      ) {
        stop = {
          code: 'CALL_BUDGET',
          reason: 'The vendor calls granted to this operation were used up; endCursor goes on from there.',
        };
      } else throw error;
    }
  }

  /** Nothing still unread of this walk can come before that row. */
  function isPast(run: Run<Row>, row: Row): boolean {
    return run.waiting.length > 0 || (down ? run.edgeMs <= row.timestampMs : run.edgeMs > row.timestampMs);
  }

  function coverRun(run: Run<Row>, untilMs: number, lastRow: Row | null): Coverage[] {
    const examined = run.strides.flatMap(({ step, startMs }): Examined[] => {
      const stretch = down
        ? { fromMs: Math.max(step.edgeMs, untilMs), toMs: startMs }
        : { fromMs: startMs, toMs: Math.min(step.edgeMs, untilMs) };
      if (stretch.fromMs >= stretch.toMs) return [];
      const isInside = (ms: number): boolean => ms >= stretch.fromMs && ms < stretch.toMs;
      const rows = step.rows.filter(
        (row) => isInside(row.timestampMs) && (!lastRow || compare(row, lastRow) <= 0),
      );
      return [
        {
          ...stretch,
          readAtMs: step.readAtMs,
          stale: step.stale,
          dropped: step.dropped.filter(isInside).length,
          rows: rows.map((row) => ({ timestampMs: row.timestampMs, isMatch: run.strand.isMatch(row) })),
        },
      ];
    });
    const covered = recordCoverage(run.strand.source, examined, run.strand.age, nowMs, stop);
    if (typeof run.state === 'string') return covered;
    const { failed, sinceMs } = run.state;
    const stretch = down ? { fromMs: untilMs, toMs: sinceMs } : { fromMs: sinceMs, toMs: untilMs };
    return stretch.fromMs < stretch.toMs
      ? [...covered, coverFailure(run.strand.source, stretch, failed)]
      : covered;
  }
}

/** The foremost entry of all walks. */
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
