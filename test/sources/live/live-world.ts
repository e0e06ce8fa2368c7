import type { CredentialScope } from '../../../src/base/credential-scope.ts';
import { UpstreamError } from '../../../src/base/errors.ts';
import type { Source } from '../../../src/base/source.ts';
import type { FeedUpdate, SeenPart } from '../../../src/sources/live/feed.ts';
import { createLive } from '../../../src/sources/live/live.ts';
import type { Live, LiveSource } from '../../../src/sources/live/live.ts';
import { decodeSeen, encodeSeen } from '../../../src/sources/live/seen-bytes.ts';
import type { SeenRows } from '../../../src/sources/live/seen-rows.ts';
import type { Timers } from '../../../src/sources/live/timers.ts';
import { comparePositions } from '../../../src/sources/paging/position.ts';
import type { Activity } from '../../../src/sources/timeline/activity.ts';
import { createEvent, createRecord } from '../../graph/fake-context.ts';

export const START_MS = Date.parse('2026-03-04T12:00:00Z');
export const PACE = { minIntervalMs: 2_000, maxIntervalMs: 15_000, overlapMs: 120_000 };

/** Simulated time: timers run in their order when it passes. */
export function createSimulatedTimers(startMs = START_MS) {
  let nowMs = startMs;
  let serial = 0;
  const due = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  const timers: Timers = {
    after(ms, run) {
      const id = (serial += 1);
      due.set(id, { atMs: nowMs + ms, run });
      return () => due.delete(id);
    },
  };
  return {
    timers,
    clock: { now: () => nowMs },
    /** Lets time pass, and everything that it causes. */
    async pass(ms: number): Promise<void> {
      const endMs = nowMs + Math.floor(ms);
      for (;;) {
        await settle();
        const [next] = [...due.entries()].toSorted((a, b) => a[1].atMs - b[1].atMs || a[0] - b[0]);
        if (!next || next[1].atMs > endMs) break;
        due.delete(next[0]);
        nowMs = next[1].atMs;
        next[1].run();
      }
      nowMs = endMs;
      await settle();
    },
  };
}

export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Rows that a vendor shows from a time on. */
export interface WrittenRow {
  readonly row: Activity;
  readonly visibleMs: number;
}

export function usageRow(id: string, timestampMs: number, facts = {}): Activity {
  return createRecord({ id, timestampMs, ...facts });
}

export function eventRow(id: string, timestampMs: number): Activity {
  return createEvent({ id, timestampMs });
}

/** Two vendors and any number of instances over them, in simulated time. */
export function createWorld(time = createSimulatedTimers()) {
  const written: WrittenRow[] = [];
  const calls = { USAGE: 0, EVENTS: 0 };
  const failing = new Set<Source>();
  const faults: unknown[] = [];

  const sourceOf = (
    source: Source,
    start: SeenRows | null,
    { scope = 'scope', maxRows = 10_000, retentionMs = null, isMatch = () => true }: SourceFacts = {},
  ): LiveSource => ({
    source,
    scope: scope as CredentialScope | null,
    maxRows,
    isMatch,
    start,
    openStream: (nowMs, callBudget) => ({
      source,
      operation: '/list',
      isMatch: () => true,
      maxScannedRows: null,
      age: { settleMs: 90_000, retentionMs },
      async *read({ range, wanted }) {
        callBudget.spend(source, '/list');
        calls[source] += 1;
        if (failing.has(source))
          throw new UpstreamError({
            code: 'UPSTREAM_UNAVAILABLE',
            source,
            operation: '/list',
            message: 'The vendor is not available.',
          });
        const rows = written
          .filter(({ row, visibleMs }) => row.source === source && visibleMs <= nowMs)
          .map(({ row }) => row)
          .filter(({ timestampMs: ms }) => ms >= range.fromMs && ms < range.toMs)
          .sort(comparePositions);
        const most = Math.min(wanted(), rows.length);
        const cutMs = most < rows.length ? rows[most]!.timestampMs + 1 : range.fromMs;
        const given = rows.filter(({ timestampMs }) => timestampMs >= cutMs);
        const facts = { dropped: [], received: given.length, parsed: given.length, stale: false };
        yield {
          ...facts,
          rows: given,
          edgeMs: cutMs,
          readAtMs: nowMs,
          origin: 'VENDOR',
          ended: cutMs === range.fromMs,
        };
      },
    }),
  });

  return {
    time,
    calls,
    failing,
    faults,
    written,
    write(row: Activity, visibleMs = row.timestampMs) {
      written.push({ row, visibleMs });
    },
    createInstance: (): Live =>
      createLive({
        pace: PACE,
        clock: time.clock,
        timers: time.timers,
        onFault: (fault) => faults.push(fault),
      }),
    listen(live: Live, from: readonly SeenPart[] | null = null, facts: ListenFacts = {}): Listener {
      const controller = new AbortController();
      const sources = facts.sources ?? (['USAGE'] as const);
      const feed = live.open({
        sources: sources.map((source) =>
          sourceOf(source, from?.find((part) => part.source === source)?.seen ?? null, facts),
        ),
        fixed: [],
        signal: controller.signal,
      });
      const updates: FeedUpdate[] = [];
      const listener: Listener = {
        updates,
        hasEnded: false,
        leave: () => controller.abort(),
        next: async () => {
          const { value, done } = await feed.next();
          if (!done) updates.push(value);
          return done ? null : value;
        },
        rows: () => updates.flatMap(({ rows }) => rows.map(({ id }) => id)),
      };
      const readAll = async (): Promise<void> => {
        while (await listener.next());
        listener.hasEnded = true;
      };
      if (!facts.isSlow) void readAll();
      return listener;
    },
  };
}

interface SourceFacts {
  readonly scope?: string | null;
  readonly maxRows?: number;
  readonly retentionMs?: number | null;
  readonly isMatch?: (row: Activity) => boolean;
}

interface ListenFacts extends SourceFacts {
  readonly sources?: readonly Source[];
  /** It reads only when it is told to. */
  readonly isSlow?: boolean;
}

export interface Listener {
  readonly updates: FeedUpdate[];
  hasEnded: boolean;
  leave(): void;
  next(): Promise<FeedUpdate | null>;
  rows(): readonly string[];
}

/** The parts of an update as another instance reads them from a cursor. */
export function thaw(parts: readonly SeenPart[]): readonly SeenPart[] {
  return parts.map((part) => ({
    source: part.source,
    seen: decodeSeen(encodeSeen(part.seen, part.absent)).seen,
    absent: new Set(),
  }));
}
