import { setTimeout as wait } from 'node:timers/promises';
import { RequestError, UpstreamError } from '../base/errors.ts';
import type { Source } from '../base/source.ts';
import type { Clock, Range } from '../base/time.ts';
import type { Position } from '../sources/paging/position.ts';
import type { NewestRows } from '../sources/live/poller.ts';
import type { RowStream } from '../sources/paging/row-stream.ts';
import { appendAll } from '../sources/shared/append-all.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import type { CallBudget } from '../upstream/call-budget.ts';
import type { ArchivedSource } from './archive.ts';
import { untilHours } from './hours.ts';
import { callsOfRound, pauseAfter } from './pace.ts';
import type { RoundOutcome, SyncPace } from './pace.ts';

/** One source that is copied. */
export interface SyncedSource<Row extends Position> {
  readonly archived: Pick<ArchivedSource<Row, never>, 'commit' | 'findDue'>;
  /** All rows of the vendor, read without a cache. */
  readonly openStream: (nowMs: number, callBudget: CallBudget, signal: AbortSignal) => RowStream<Row>;
  /** The newest rows as they were last read for streams; null: nobody listens. Left out: nobody ever does. */
  readonly newest?: () => NewestRows<Row> | null;
  /** How far back the vendor keeps rows, in milliseconds. */
  readonly retentionMs: number;
}

/** What one round has done for one source. */
export interface SyncReport extends RoundOutcome {
  readonly source: Source;
  readonly rows: number;
  /** The oldest time that was reached; null: nothing was due, or nothing could be read. */
  readonly reachedMs: number | null;
  readonly failure: UpstreamError | null;
}

/** More rows than a round can read, so that it asks for the largest pages. */
const READ_AHEAD = 1_000_000;
/** Rows are written in groups of about this size, because each commit looks for all ids of its rows. */
const COMMIT_ROWS = 5_000;

/** Newest rows that were read longer ago are read again, so that the archive does not fall behind. */
const FRESH_MS = 60_000;

/** What the vendor answered for one span was no use. The other spans may be read. */
const FAULTS_OF_A_SPAN: ReadonlySet<UpstreamError['code']> = new Set([
  'UPSTREAM_BAD_RESPONSE',
  'UPSTREAM_OUT_OF_ORDER',
  'UPSTREAM_REJECTED',
  'UPSTREAM_TOO_LARGE',
]);

/**
 * Copies what is due of one source, newest first, with a bounded number of vendor calls. Each group of rows is committed together with
 * its entry in the ledger, so that the next round goes on where this one ended, whatever ends it. What was just read for streams is
 * taken over, and the vendor is asked for older rows only.
 * @param fromMs how far back to read, in milliseconds since the epoch
 * @throws Error if the archive can't be written
 */
export async function syncSource<Row extends Position>(
  { archived, openStream, newest, retentionMs }: SyncedSource<Row>,
  nowMs: number,
  maxCalls: number,
  signal: AbortSignal,
  fromMs = nowMs - retentionMs,
): Promise<SyncReport> {
  const callBudget = createCallBudget(maxCalls);
  const stream = openStream(nowMs, callBudget, signal);
  let rows = 0;
  let reachedMs: number | null = null;
  let isBehind = false;
  let isStuck = false;
  let failure: UpstreamError | null = null;
  let toMs = nowMs;
  const read = newest?.() ?? null;
  if (read && read.span.fromMs >= fromMs && nowMs - read.span.toMs <= FRESH_MS && !signal.aborted) {
    const { span, readAtMs, dropped } = read;
    await archived.commit(read.rows, { ...span, firstReadMs: readAtMs, lastReadMs: readAtMs, dropped });
    rows += read.rows.length;
    reachedMs = span.fromMs;
    ({ toMs } = span);
  }
  for (const span of archived.findDue({ fromMs, toMs })) {
    let isMoving = false;
    try {
      for await (const group of readGroups(stream, span)) {
        await archived.commit(group.rows, group.span);
        rows += group.rows.length;
        reachedMs = group.span.fromMs;
        isMoving = true;
      }
    } catch (error) {
      if (error instanceof UpstreamError) {
        failure ??= error;
        if (FAULTS_OF_A_SPAN.has(error.code) && !signal.aborted) continue;
      } else if (error instanceof RequestError && error.code === 'LIMIT_EXCEEDED') {
        isBehind = true;
        isStuck = !isMoving;
      } else if (!signal.aborted) throw error;
      break;
    }
  }
  const calls = callBudget.tallies().reduce((sum, tally) => sum + tally.calls, 0);
  return { source: stream.source, calls, rows, reachedMs, isBehind, isStuck, failure };
}

interface Group<Row> {
  readonly rows: readonly Row[];
  readonly span: Range & {
    readonly firstReadMs: number;
    readonly lastReadMs: number;
    readonly dropped: number;
  };
}

/** Reads a span in groups of whole instants. If the reading fails, what was read before comes first. */
async function* readGroups<Row extends Position>(
  stream: RowStream<Row>,
  range: Range,
): AsyncGenerator<Group<Row>, void> {
  let rows: Row[] = [];
  let dropped = 0;
  let readAtMs = Infinity;
  let edgeMs = range.toMs;
  let startMs = range.toMs;
  const take = (): Group<Row>[] => {
    if (edgeMs >= startMs) return [];
    const span = { fromMs: edgeMs, toMs: startMs, firstReadMs: readAtMs, lastReadMs: readAtMs, dropped };
    const group = { rows, span };
    rows = [];
    dropped = 0;
    readAtMs = Infinity;
    startMs = edgeMs;
    return [group];
  };
  const batches = stream.read({ range, direction: 'DESC', after: null, wanted: () => READ_AHEAD });
  try {
    for await (const batch of batches) {
      appendAll(rows, batch.rows);
      dropped += batch.dropped.length;
      readAtMs = Math.min(readAtMs, batch.readAtMs);
      edgeMs = batch.edgeMs;
      if (rows.length >= COMMIT_ROWS || batch.ended) yield* take();
    }
  } catch (error) {
    yield* take();
    throw error;
  }
}

/**
 * Copies what is due of one source, within a number of vendor calls.
 * @param fromMs how far back to read, in milliseconds since the epoch; left out: as far as the vendor keeps rows
 */
export type SyncRound = (maxCalls: number, signal: AbortSignal, fromMs?: number) => Promise<SyncReport>;

/** Runs rounds until it is stopped. */
export interface SyncLoop {
  /** Ends the running round and waits for it. */
  stop(): Promise<void>;
}

/** Begins to copy, at the pace and in its hours. If the archive can't be written, it is tried again after the interval. */
export function startSync(
  rounds: readonly SyncRound[],
  pace: SyncPace,
  onReport: (report: SyncReport) => void,
  onFault: (error: unknown) => void,
  clock: Clock,
): SyncLoop {
  const controller = new AbortController();
  const { signal } = controller;
  const loops = rounds.map(async (round) => {
    let before: Parameters<typeof callsOfRound>[1] = null;
    while (!signal.aborted) {
      let waitMs = untilHours(pace.hours, clock.now());
      if (waitMs > 0) {
        await wait(waitMs, undefined, { signal, ref: false }).catch(() => {});
        continue;
      }
      waitMs = pace.intervalMs;
      try {
        const calls = callsOfRound(pace, before);
        const report = await round(calls, signal);
        onReport(report);
        waitMs = pauseAfter(report, pace);
        before = { report, calls };
      } catch (error) {
        onFault(error);
      }
      // Ends early, by an error, if the loop is stopped.
      await wait(waitMs, undefined, { signal, ref: false }).catch(() => {});
    }
  });
  return {
    async stop() {
      controller.abort();
      await Promise.all(loops);
    },
  };
}
