import { createArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/archive.ts';
import { createSyncRounds } from '../../src/archive/rounds.ts';
import type { ArchiveStore } from '../../src/archive/store.ts';
import type { SyncReport, SyncRound } from '../../src/archive/sync.ts';
import { UpstreamError } from '../../src/base/errors.ts';
import type { AuditEvent } from '../../src/sources/events/event.ts';
import { createMemoryDisk, openMemoryArchive } from './memory-archive.ts';
import type { MemoryDisk } from './memory-archive.ts';
import type { MovedClock } from './moving-vendor.ts';
import { createSimulatedEventsVendor } from './simulated-events-vendor.ts';
import type { SimulatedEvent } from './simulated-events-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from './simulated-vendor.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** An events log that a test writes, and the archive that copies it. */
export interface SyncedEvents {
  readonly clock: MovedClock;
  readonly rows: SimulatedEvent[];
  readonly disk: MemoryDisk;
  readonly archive: Archive;
  readonly round: SyncRound;
  readonly calls: { readonly length: number };
  /** Fails the calls with these numbers, the first call is 0. */
  readonly failing: Set<number>;
  /** Adds rows with the next ids at these times. */
  add(...times: readonly number[]): void;
  /** Runs rounds until nothing is due. */
  copy(): Promise<SyncReport>;
  /** All that the archive holds, newest first. */
  list(): Promise<readonly AuditEvent[]>;
}

export const OVERLAP_MS = 15 * MINUTE_MS;
export const SETTLE_MS = DAY_MS;
export const RETENTION_MS = 30 * DAY_MS;

/** @param wrap may stand between the archive and its database */
export async function createSyncedEvents(
  startMs: number,
  largestPage = 5,
  wrap: (store: ArchiveStore) => ArchiveStore = (store) => store,
): Promise<SyncedEvents> {
  const clock = { nowMs: startMs };
  const rows: SimulatedEvent[] = [];
  const failing = new Set<number>();
  const disk = createMemoryDisk();
  const kept = (): readonly SimulatedEvent[] =>
    rows.filter(({ timestampMs }) => timestampMs >= clock.nowMs - RETENTION_MS);
  const answer = createSimulatedEventsVendor(kept, {
    isFromInclusive: false,
    isToInclusive: false,
    takesOperators: true,
    sortFields: ['timestamp', 'id'],
    unsorted: (a, b) => (a.id < b.id ? -1 : 1),
  });
  const upstream = createSimulatedUpstream(
    'EVENTS',
    (call) =>
      failing.has(upstream.calls.length - 1)
        ? new UpstreamError({
            code: 'UPSTREAM_UNAVAILABLE',
            source: 'EVENTS',
            operation: call.operation,
            message: 'The vendor is not available.',
          })
        : answer(call),
    () => clock.nowMs,
  );
  const archive = await createArchive(wrap(openMemoryArchive(disk)), {
    rereads: { overlapMs: OVERLAP_MS, settleMs: SETTLE_MS },
    onFault(error) {
      throw error;
    },
  });
  const settings = {
    largestPage,
    maxScannedRows: 1_000,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: RETENTION_MS },
  };
  const [round] = createSyncRounds({
    archive,
    usage: { upstream, settings, credentials: null },
    events: { upstream, settings, credentials: createTestCallContext().credentials },
    clock: { now: () => clock.nowMs },
    keptMs: Infinity,
    onSkippedRows: undefined,
  });
  const { signal } = new AbortController();
  return {
    clock,
    rows,
    disk,
    archive,
    round: round!,
    calls: upstream.calls,
    failing,
    add(...times) {
      for (const timestampMs of times) rows.push({ id: BigInt(rows.length + 1), timestampMs });
    },
    async copy() {
      for (;;) {
        const report = await round!(100, signal);
        if (!report.isBehind) return report;
      }
    },
    list: () =>
      archive.events.list({
        range: { fromMs: 0, toMs: startMs * 2 },
        filter: {},
        direction: 'DESC',
        after: null,
        limit: null,
        knownAtMs: null,
      }),
  };
}
