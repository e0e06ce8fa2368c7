import { expect } from 'vitest';
import { createArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/archive.ts';
import type { ReadSpan } from '../../src/archive/ledger.ts';
import { createSyncRounds } from '../../src/archive/rounds.ts';
import type { SyncAccess } from '../../src/archive/rounds.ts';
import type { ArchiveStore, ArchiveTable } from '../../src/archive/store.ts';
import type { SyncReport, SyncRound } from '../../src/archive/sync.ts';
import type { Position } from '../../src/sources/paging/position.ts';
import { createMovingVendor } from './moving-vendor.ts';
import type { MovedClock } from './moving-vendor.ts';
import { createSeededRandom } from './seeded-random.ts';
import { createTestCallContext } from './simulated-vendor.ts';
import { expectAllRead, expectSame, expectTrue, RETENTION_MS, REREADS, WAITING } from './sync-invariants.ts';
import type { Watched } from './sync-invariants.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-03-01T00:00:00.000Z');

/** The process has died, or the disk is full: before the commit, or after it. */
class CommitFailed extends Error {}

/** A syncer: an archive over the store, and the rounds that fill it. */
interface Syncer {
  readonly archive: Archive;
  readonly rounds: readonly SyncRound[];
}

/** Counts of what has happened, to see that a run was worth it. */
export interface WorldTally {
  steps: number;
  rounds: number;
  calls: number;
  rows: number;
  deaths: number;
  failedCommits: number;
  checks: number;
}

/**
 * A world of two vendors whose logs move, an archive, one or two syncers that copy them, and deaths. All of it follows from the seed.
 * @param open opens the store again as it was left
 */
export async function runSyncWorld(
  seed: number,
  steps: number,
  checkEvery: number,
  open: () => Promise<ArchiveStore>,
): Promise<WorldTally> {
  const random = createSeededRandom(seed);
  const clock: MovedClock = { nowMs: START_MS };
  const tally: WorldTally = {
    steps: 0,
    rounds: 0,
    calls: 0,
    rows: 0,
    deaths: 0,
    failedCommits: 0,
    checks: 0,
  };
  const usage = { vendor: createMovingVendor('USAGE', random, clock, RETENTION_MS), reads: [] as ReadSpan[] };
  const events = {
    vendor: createMovingVendor('EVENTS', random, clock, RETENTION_MS),
    reads: [] as ReadSpan[],
  };
  let commitFailureRate = 0.03;
  const signal = new AbortController().signal;

  function watch<Row extends Position, Filter>(
    table: ArchiveTable<Row, Filter>,
    { reads }: Watched,
  ): ArchiveTable<Row, Filter> {
    return {
      ...table,
      async commit(rows, read) {
        const fault = random() < commitFailureRate ? random() : 1;
        if (fault < 0.5) throw new CommitFailed();
        await table.commit(rows, read);
        reads.push(read);
        if (fault < 1) throw new CommitFailed();
      },
    };
  }

  const access = ({ vendor }: Watched): SyncAccess => ({
    upstream: vendor.upstream,
    credentials: createTestCallContext().credentials,
    settings: {
      largestPage: 7,
      maxScannedRows: 1_000,
      staleIfErrorMs: 0,
      age: { settleMs: 90_000, retentionMs: RETENTION_MS },
    },
  });
  const start = async (store: ArchiveStore): Promise<Syncer> => {
    const archive = await createArchive(store, {
      rereads: REREADS,
      onFault(error) {
        throw error;
      },
    });
    const rounds = createSyncRounds({
      archive,
      usage: access(usage),
      events: access(events),
      clock: { now: () => clock.nowMs },
      keptMs: Infinity,
      onSkippedRows: undefined,
    });
    return { archive, rounds };
  };
  const openWatched = async (): Promise<ArchiveStore> => {
    const opened = await open();
    return { ...opened, usage: watch(opened.usage, usage), events: watch(opened.events, events) };
  };

  let store = await openWatched();
  let syncers = [await start(store)];

  async function die(): Promise<void> {
    tally.deaths += 1;
    await store.close();
    store = await openWatched();
    syncers = [await start(store)];
    if (random() < 0.3) syncers.push(await start(store));
  }

  /** @returns null: the commit failed */
  async function runRound(round: SyncRound, maxCalls: number): Promise<SyncReport | null> {
    tally.rounds += 1;
    try {
      const report = await round(maxCalls, signal);
      expect(report.calls).toBeLessThanOrEqual(maxCalls);
      tally.calls += report.calls;
      tally.rows += report.rows;
      return report;
    } catch (error) {
      if (!(error instanceof CommitFailed)) throw error;
      tally.failedCommits += 1;
      return null;
    }
  }

  async function runAlone(syncer: Syncer, at: number, maxCalls: number): Promise<SyncReport | null> {
    const watched = at === 0 ? usage : events;
    const startMs = clock.nowMs;
    const before = watched.vendor.upstream.calls.length;
    const report = await runRound(syncer.rounds[at]!, maxCalls);
    expect(watched.vendor.upstream.calls.length - before).toBeLessThanOrEqual(maxCalls);
    if (report && !report.isBehind && !report.failure) expectAllRead(watched, startMs);
    return report;
  }

  async function step(): Promise<void> {
    tally.steps += 1;
    const pace = random();
    const longestMs = pace < 0.7 ? 2 * MINUTE_MS : pace < 0.9 ? 30 * MINUTE_MS : 8 * HOUR_MS;
    clock.nowMs += Math.floor(random() * longestMs);
    for (const { vendor } of [usage, events]) {
      if (random() < 0.1) vendor.skewMs = Math.floor((random() - 0.5) * 3 * MINUTE_MS);
      vendor.failureRate = random() < 0.1 ? 0.5 : 0.02;
      for (let n = 0; n < random() * 6; n += 1) vendor.change();
    }
    const maxCalls = 1 + Math.floor(random() * 12);
    const at = random() < 0.5 ? 0 : 1;
    let results: readonly (SyncReport | null)[];
    if (syncers.length > 1)
      results = await Promise.all(syncers.map(({ rounds }) => runRound(rounds[at]!, maxCalls)));
    else results = [await runAlone(syncers[0]!, at, maxCalls)];
    if (random() < 0.04 || (results.includes(null) && random() < 0.5)) await die();
  }

  async function check(): Promise<void> {
    tally.checks += 1;
    for (const { archive } of syncers) {
      await expectTrue(archive.usage, usage, ({ userId }) => userId);
      await expectTrue(archive.events, events, ({ description }) => description);
    }
  }

  for (let n = 1; n <= steps; n += 1) {
    await step();
    if (n % checkEvery === 0) await check();
  }

  // The vendor stops: what the archive holds becomes what the vendor holds.
  commitFailureRate = 0;
  usage.vendor.stop();
  events.vendor.stop();
  await die();
  await readToTheEnd();
  clock.nowMs += WAITING * DAY_MS + HOUR_MS;
  await readToTheEnd();
  await check();
  const { archive } = syncers[0]!;
  await expectSame(archive.usage, usage, ({ userId }) => userId, clock);
  await expectSame(archive.events, events, ({ description }) => description, clock);
  await store.close();
  return tally;

  async function readToTheEnd(): Promise<void> {
    for (const at of [0, 1]) {
      let report: SyncReport | null;
      let rounds = 0;
      do {
        report = await runAlone(syncers[0]!, at, 60);
        expect(report?.failure).toBeNull();
        expect((rounds += 1)).toBeLessThan(30);
      } while (report?.isBehind);
    }
  }
}
