import { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Clock, Range } from '../../base/time.ts';
import { createCallBudget } from '../../upstream/call-budget.ts';
import type { CallBudget } from '../../upstream/call-budget.ts';
import { recordCoverage } from '../paging/coverage-recorder.ts';
import { coverFailure } from '../paging/coverage.ts';
import type { Coverage } from '../paging/coverage.ts';
import type { Position } from '../paging/position.ts';
import { readRanges } from '../paging/read-ranges.ts';
import type { RangeRows } from '../paging/read-ranges.ts';
import { requireParsable } from '../paging/row-stream.ts';
import type { RowStream } from '../paging/row-stream.ts';
import { coverGap } from './news.ts';
import type { News } from './news.ts';
import { createRecentRows } from './recent-rows.ts';
import { seenBefore } from './seen-rows.ts';
import type { SeenRows } from './seen-rows.ts';
import type { Timers } from './timers.ts';

/** How often a poller reads, and how far back, in milliseconds. */
export interface LivePace {
  /** Between two polls while rows come. */
  readonly minIntervalMs: number;
  /** Between two polls when none come: the pause doubles up to it. */
  readonly maxIntervalMs: number;
  /** How late the vendor may insert a row. */
  readonly overlapMs: number;
}

export interface PollerOptions<Row extends Position> {
  readonly source: Source;
  readonly pace: LivePace;
  readonly clock: Clock;
  readonly timers: Timers;
  /** All rows of the vendor, whatever the filters of the listeners are. */
  readonly openStream: (nowMs: number, callBudget: CallBudget, signal: AbortSignal) => RowStream<Row>;
  /** The most vendor calls of a poll, and of what a listener has missed. */
  readonly maxCalls: number;
  /** The most rows of a poll, and of what a listener has missed. */
  readonly maxRows: number;
  /** Gets faults of this service. */
  readonly onFault: (error: unknown) => void;
}

/** The newest rows of a vendor, as a poller has read a whole span of them. */
export interface NewestRows<Row extends Position> {
  readonly rows: readonly Row[];
  readonly span: Range;
  /** When its least recent part was read, in milliseconds since the epoch. */
  readonly readAtMs: number;
  /** Rows of the span that could not be parsed. */
  readonly dropped: number;
}

/** Who hears what a poller finds. */
export interface LiveSink<Row extends Position> {
  /** Which rows it gives to its listener. */
  readonly isMatch: (row: Row) => boolean;
  /** The first news is what it has missed, and tells from where it follows. */
  take(news: readonly News<Row>[], absent: ReadonlySet<number>): void;
  /** The vendor fails, or answers again. */
  changed(): void;
}

/** Reads the newest rows of one source with one set of credentials, while there is a listener. */
export interface Poller<Row extends Position> {
  /** @param start what the listener has seen; null: it begins now. The returned function ends it. */
  attach(start: SeenRows | null, sink: LiveSink<Row>): () => void;
  /** How the newest part was last read. */
  coverage(): readonly Coverage[];
  /** What was last read of all of the overlap; null: nothing yet, or a bound kept it short. */
  newest(): NewestRows<Row> | null;
  /** Ends without its listeners. */
  stop(): void;
}

interface Waiting<Row extends Position> {
  readonly sink: LiveSink<Row>;
  readonly start: SeenRows | null;
  /** When it came, in milliseconds since the epoch, and how many polls had begun then. */
  readonly atMs: number;
  readonly came: number;
}

/** A poll that looks only for the newest rows reads this part of the overlap. */
const SHALLOW_PART = 1 / 8;
/** So many times the rows that one listener may miss are kept for all. */
const MOST_SHARES = 4;

export function createPoller<Row extends Position>(options: PollerOptions<Row>): Poller<Row> {
  const { source, pace, clock, timers, openStream, maxCalls, maxRows, onFault } = options;
  const recent = createRecentRows<Row>({
    source,
    overlapMs: pace.overlapMs,
    shallowMs: pace.overlapMs * SHALLOW_PART,
    mostMissed: MOST_SHARES * maxRows,
  });
  const following = new Set<LiveSink<Row>>();
  const waiting = new Map<LiveSink<Row>, Waiting<Row>>();
  const controller = new AbortController();
  let deepAtMs = -Infinity;
  let newest: NewestRows<Row> | null = null;
  let polls = 0;
  let intervalMs = pace.minIntervalMs;
  let covered: readonly Coverage[] = [];
  let failure: { readonly error: UpstreamError; readonly retryMs: number } | null = null;
  let cancelTimer: (() => void) | null = null;
  let isRunning = false;

  /** Reads a span; throws the vendor's failure. */
  const read = async (range: Range, nowMs: number): Promise<RangeRows<Row> & { stream: RowStream<Row> }> => {
    const stream = requireParsable(openStream(nowMs, createCallBudget(maxCalls), controller.signal));
    const rows = await readRanges([range], stream, maxRows, 'read the missing range by the list');
    if (rows.stopped?.kind === 'failure') throw rows.stopped.error;
    return { ...rows, stream };
  };
  /** What a bound left unread at the old end of a span. */
  const coverLost = ({ fromMs }: Range, { stopped }: RangeRows<Row>): readonly Coverage[] =>
    stopped?.kind === 'bound' && stopped.belowMs > fromMs
      ? [coverGap(source, { fromMs, toMs: stopped.belowMs }, stopped.stop.code, stopped.stop.reason)]
      : [];
  const cover = (
    { examined, stream }: RangeRows<Row> & { stream: RowStream<Row> },
    nowMs: number,
  ): Coverage[] =>
    // How many rows match is each listener's own.
    recordCoverage(source, examined, stream.age, nowMs, null).map((part) => ({ ...part, matched: null }));

  const poll = async (): Promise<void> => {
    const nowMs = clock.now();
    const { overlapMs } = pace;
    const edgeMs = recent.edgeMs();
    polls += 1;
    const isDeep =
      waiting.size > 0 || nowMs - deepAtMs >= Math.max(pace.maxIntervalMs, overlapMs * SHALLOW_PART);
    const fromMs =
      edgeMs === null
        ? nowMs - overlapMs
        : edgeMs - (isDeep ? overlapMs : Math.ceil(overlapMs * SHALLOW_PART));
    const range = { fromMs: Math.min(fromMs, nowMs - 1), toMs: nowMs };
    const found = await read(range, nowMs);
    if (isDeep) {
      deepAtMs = nowMs;
      newest = found.stopped === null ? describeRead(found, range) : null;
    }
    const lost = coverLost(range, found);
    covered = [...cover(found, nowMs), ...lost];
    const { news, hasNew } = recent.addPoll({ range, rows: found.rows, lost });
    for (const sink of following) sink.take(news, new Set());
    intervalMs = hasNew ? pace.minIntervalMs : Math.min(intervalMs * 2, pace.maxIntervalMs);
    recent.forgetOld(nowMs);
  };

  /** Reads what a listener has missed and is not held. */
  const extend = async (range: Range): Promise<void> => {
    const nowMs = clock.now();
    if (!recent.hasRoom()) {
      const reason = `Listeners have missed more than the ${MOST_SHARES * maxRows} rows that are kept for them. Read the missing range by the list.`;
      recent.addMissed({ range, rows: [], lost: [coverGap(source, range, 'SCAN_LIMIT', reason)] }, nowMs);
      return;
    }
    const found = await read(range, nowMs);
    const lost = [
      ...coverLost(range, found),
      ...cover(found, nowMs).filter(({ status }) => status !== 'COMPLETE' && status !== 'FILLING'),
    ];
    recent.addMissed({ range, rows: found.rows, lost }, nowMs);
  };

  /** Lets those follow whose missed rows are held. The others need a newer poll. */
  const settle = async (): Promise<void> => {
    for (const { sink, start, came } of waiting.values()) {
      const edgeMs = recent.edgeMs();
      if (edgeMs === null || (start && isAhead(start, edgeMs) && polls <= came)) continue;
      const missing = start && recent.missingFrom(start.floorMs);
      if (missing) await extend(missing);
      // It may have left meanwhile.
      if (!waiting.delete(sink)) continue;
      following.add(sink);
      const { news, absent } = recent.begin(start, clock.now(), sink.isMatch);
      sink.take(news, absent);
    }
  };

  const run = async (isPoll: boolean): Promise<void> => {
    if (isRunning || controller.signal.aborted) return;
    isRunning = true;
    let waitMs = 0;
    try {
      if (isPoll) await poll();
      await settle();
      const wasFailing = failure !== null;
      failure = null;
      if (wasFailing) tellChange();
      waitMs = waiting.size > 0 ? 0 : intervalMs;
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof UpstreamError)) onFault(error);
      waitMs = fail(error);
    } finally {
      isRunning = false;
    }
    // The next poll of those who followed before is not put off.
    if (isPoll || failure || waitMs === 0 || !cancelTimer) schedule(waitMs);
  };

  const fail = (error: unknown): number => {
    intervalMs = Math.min(intervalMs * 2, pace.maxIntervalMs);
    const known =
      error instanceof UpstreamError
        ? error
        : new UpstreamError({
            code: 'UPSTREAM_UNAVAILABLE',
            source,
            operation: '',
            message: 'It could not be read.',
          });
    const retryMs = Math.max(intervalMs, known.retryAfterMs ?? 0);
    const wasFailing = failure !== null;
    failure = { error: known, retryMs };
    for (const [sink, one] of waiting)
      if (!one.start) waiting.set(sink, { ...one, start: seenBefore(one.atMs) });
    if (!wasFailing) tellChange();
    return retryMs;
  };
  const tellChange = (): void => {
    for (const sink of [...following, ...waiting.keys()]) sink.changed();
  };
  const schedule = (ms: number): void => {
    if (controller.signal.aborted) return;
    cancelTimer?.();
    cancelTimer = timers.after(ms, () => {
      cancelTimer = null;
      void run(true);
    });
  };

  return {
    attach(start, sink) {
      const atMs = clock.now();
      // While the vendor fails, nobody knows what was there before, and the next try comes at its time.
      waiting.set(sink, { sink, start: start ?? (failure && seenBefore(atMs)), atMs, came: polls });
      if (failure) sink.changed();
      else {
        const edgeMs = recent.edgeMs();
        void run(edgeMs === null || (start !== null && isAhead(start, edgeMs)));
      }
      return () => {
        waiting.delete(sink);
        following.delete(sink);
      };
    },
    coverage() {
      if (!failure) return covered;
      const nowMs = clock.now();
      const { error, retryMs } = failure;
      const span = { fromMs: Math.min(recent.edgeMs() ?? nowMs - 1, nowMs - 1), toMs: nowMs };
      const failed = coverFailure(source, span, error);
      return [
        { ...failed, reason: `${error.message} It is tried again within ${Math.ceil(retryMs / 1_000)} s.` },
      ];
    },
    newest: () => newest,
    stop() {
      cancelTimer?.();
      controller.abort();
    },
  };
}

function describeRead<Row extends Position>(
  { rows, examined }: RangeRows<Row>,
  span: Range,
): NewestRows<Row> {
  return {
    rows,
    span,
    readAtMs: Math.min(...examined.map(({ readAtMs }) => readAtMs)),
    dropped: examined.reduce((sum, { dropped }) => sum + dropped, 0),
  };
}

/** Whether a listener may have seen rows that are not held yet. A page may have been read after the last poll. */
function isAhead({ edgeMs, shown }: SeenRows, heldToMs: number): boolean {
  return edgeMs > heldToMs || shown !== null;
}
