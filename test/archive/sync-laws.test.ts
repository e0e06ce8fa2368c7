import { describe, expect, test } from 'vitest';
import { callsOfRound, pauseAfter } from '../../src/archive/pace.ts';
import { startSync } from '../../src/archive/sync.ts';
import type { SyncReport } from '../../src/archive/sync.ts';
import type { Range } from '../../src/base/time.ts';
import { createSyncedEvents, OVERLAP_MS, RETENTION_MS } from '../support/synced-events.ts';
import type { SyncedEvents } from '../support/synced-events.ts';

const NOW = Date.parse('2026-03-31T12:00:00.000Z');
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const { signal } = new AbortController();

const idsOf = async ({ list }: SyncedEvents): Promise<string[]> => (await list()).map(({ id }) => id);
const isIn = (spans: readonly Range[], ms: number): boolean =>
  spans.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs);

/** Issue 14 lists the bugs of other programs that these laws forbid. */
describe('what is copied', () => {
  // grove#17 and grove#64: rows that are dated back behind the cursor.
  test.each([
    ['minutes', 10 * MINUTE_MS, OVERLAP_MS],
    ['hours', 5 * HOUR_MS, DAY_MS],
  ])(
    'has the rows that are dated back by %s, with the next reread of their time',
    async (_, backMs, delayMs) => {
      const synced = await createSyncedEvents(NOW);
      synced.add(NOW - HOUR_MS, NOW - SECOND_MS);
      await synced.copy();
      const lateMs = NOW + MINUTE_MS - backMs;
      synced.add(lateMs);
      synced.clock.nowMs = NOW + 2 * MINUTE_MS;
      await synced.copy();
      expect(await idsOf(synced)).toHaveLength(2);
      synced.clock.nowMs = NOW + (delayMs * 4) / 3;
      await synced.copy();
      expect((await idsOf(synced)).toSorted()).toEqual(['1', '2', '3']);
      expect(isIn(synced.archive.events.heldSpans(null), lateMs)).toBe(true);
    },
  );

  test('is not claimed to be whole before the vendor had the time of an overlap to add to it', async () => {
    const synced = await createSyncedEvents(NOW);
    await synced.copy();
    for (const minute of [1, 4, 10, 16, 21]) {
      const nowMs = NOW + minute * MINUTE_MS;
      synced.clock.nowMs = nowMs;
      await synced.copy();
      const [newest] = synced.archive.events.heldSpans(null);
      expect(newest!.toMs).toBeLessThanOrEqual(nowMs - OVERLAP_MS);
      // What has waited for a third of the overlap is read again together.
      expect(newest!.toMs).toBeGreaterThan(nowMs - (OVERLAP_MS * 4) / 3 - MINUTE_MS);
    }
  });

  // grove#122: doubles, because the ids of one instant only are remembered.
  test('has a row once, however often its instant, and others beside it, are read again', async () => {
    const synced = await createSyncedEvents(NOW);
    for (let minute = 1; minute <= 40; minute += 1) {
      const ms = NOW + minute * MINUTE_MS;
      synced.add(ms - SECOND_MS, ms - SECOND_MS, ms - 2 * SECOND_MS, ms - 9 * MINUTE_MS);
      synced.clock.nowMs = ms;
      await synced.copy();
    }
    synced.clock.nowMs += 2 * DAY_MS;
    await synced.copy();
    const ids = await idsOf(synced);
    expect(ids).toHaveLength(160);
    expect(new Set(ids).size).toBe(160);
  });

  // airbyte#7590: rows are lost because their timestamp is taken for their identity.
  test('has each row of an instant, also if pages end inside it and rows come there later', async () => {
    const synced = await createSyncedEvents(NOW);
    const crowdedMs = NOW - 10 * SECOND_MS;
    synced.add(...Array.from({ length: 23 }, () => crowdedMs), crowdedMs - SECOND_MS);
    await synced.copy();
    expect(await idsOf(synced)).toHaveLength(24);
    synced.add(crowdedMs, crowdedMs);
    synced.clock.nowMs = NOW + 30 * MINUTE_MS;
    await synced.copy();
    expect(new Set(await idsOf(synced)).size).toBe(26);
  });

  // cloudquery#18916: the newest row is copied again by each run.
  test('is written once: rounds without news write no row, and the time at which a row was first seen stays', async () => {
    const synced = await createSyncedEvents(NOW);
    synced.add(NOW - HOUR_MS, NOW - SECOND_MS, NOW - SECOND_MS);
    await synced.copy();
    const before = await synced.list();
    for (let round = 1; round <= 60; round += 1) {
      synced.clock.nowMs = NOW + round * HOUR_MS;
      await synced.copy();
    }
    expect(await synced.list()).toEqual(before);
    expect([...synced.disk.events.versions.values()].map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  // posthog#76090: rows are missing while the copy is 'Completed'.
  test.each([0, 1, 2, 3, 5, 8])('is claimed only as far as it was read if call %i fails', async (failing) => {
    const synced = await createSyncedEvents(NOW);
    const times = Array.from({ length: 40 }, (_, at) => NOW - HOUR_MS - at * HOUR_MS);
    synced.add(...times);
    synced.failing.add(failing);
    const report = await synced.copy();
    expect(report.failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    const ids = new Set(await idsOf(synced));
    const range = { fromMs: NOW - RETENTION_MS, toMs: NOW };
    const due = synced.archive.events.findDue(range);
    expect(ids.size).toBeLessThan(40);
    for (const { id, timestampMs } of synced.rows) {
      expect(isIn(synced.archive.events.readSpans(), timestampMs)).toBe(ids.has(String(id)));
      expect(isIn(due, timestampMs)).toBe(!ids.has(String(id)));
    }
    expect((await synced.copy()).failure).toBeNull();
    expect(await idsOf(synced)).toHaveLength(40);
    expect(synced.archive.events.findDue(range)).toEqual([]);
  });

  // teleport#58365: a cursor that has left the window of the vendor stops the copying for good.
  test('goes on where the vendor begins, if the last read is older than all that the vendor keeps', async () => {
    const synced = await createSyncedEvents(NOW);
    synced.add(NOW - SECOND_MS);
    await synced.copy();
    const backMs = NOW + RETENTION_MS + 10 * DAY_MS;
    synced.clock.nowMs = backMs;
    synced.add(NOW + DAY_MS, backMs - RETENTION_MS + SECOND_MS, backMs - SECOND_MS);
    expect((await synced.copy()).failure).toBeNull();
    expect(await idsOf(synced)).toEqual(['4', '3', '1']);
    // What the vendor had forgotten by then is a gap, and stays one.
    expect(isIn(synced.archive.events.readSpans(), NOW + DAY_MS)).toBe(false);
    synced.add(backMs + MINUTE_MS);
    synced.clock.nowMs = backMs + 2 * MINUTE_MS;
    await synced.copy();
    expect(await idsOf(synced)).toEqual(['5', '4', '3', '1']);
  });

  test('is read beyond a span whose answer is no use', async () => {
    const synced = await createSyncedEvents(NOW);
    synced.add(...Array.from({ length: 30 }, (_, at) => NOW - HOUR_MS - at * HOUR_MS));
    await synced.round(3, signal);
    const before = (await idsOf(synced)).length;
    synced.clock.nowMs = NOW + MINUTE_MS;
    // The newest minute holds one row, and it can't be parsed.
    synced.rows.push({ id: 99n, timestampMs: NOW + SECOND_MS, isUndated: true });
    const report = await synced.round(5, signal);
    expect(report.failure).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
    expect(isIn(synced.archive.events.readSpans(), NOW + SECOND_MS)).toBe(false);
    expect((await idsOf(synced)).length).toBeGreaterThan(before);
  });

  test('is not believed if it was read by a clock that ran ahead', async () => {
    const synced = await createSyncedEvents(NOW + 2 * DAY_MS);
    await synced.copy();
    expect(isIn(synced.archive.events.heldSpans(null), NOW + DAY_MS)).toBe(true);
    synced.clock.nowMs = NOW;
    synced.add(NOW - SECOND_MS);
    await synced.copy();
    expect(synced.archive.events.heldSpans(null).map(({ toMs }) => toMs)).toEqual([NOW - OVERLAP_MS]);
    expect(await idsOf(synced)).toEqual(['1']);
    expect(synced.disk.events.reads.every(({ lastReadMs }) => lastReadMs <= NOW)).toBe(true);
  });
});

describe('a full disk', () => {
  test('leaves the ledger as it was and the rows readable, is told, and the copying goes on once there is room', async () => {
    let isFull = false;
    const synced = await createSyncedEvents(NOW, 5, (store) => ({
      ...store,
      events: {
        ...store.events,
        async commit(rows, read) {
          if (isFull) throw new Error('IO Error: No space left on device');
          await store.events.commit(rows, read);
        },
      },
    }));
    synced.add(NOW - HOUR_MS);
    await synced.copy();
    const before = [synced.archive.events.heldSpans(null), synced.archive.events.readSpans()];
    isFull = true;
    synced.clock.nowMs = NOW + HOUR_MS;
    synced.add(NOW + MINUTE_MS);
    const faults: unknown[] = [];
    const done = Promise.withResolvers<SyncReport>();
    const loop = startSync(
      [synced.round],
      { intervalMs: 1, callsPerMinute: 60_000, hours: null },
      done.resolve,
      (error) => {
        faults.push(error);
        expect([synced.archive.events.heldSpans(null), synced.archive.events.readSpans()]).toEqual(before);
        isFull = faults.length < 3;
      },
      { now: () => synced.clock.nowMs },
    );
    expect((await done.promise).rows).toBe(1);
    await loop.stop();
    expect(faults).toHaveLength(3);
    expect(String(faults[0])).toContain('No space left');
    expect(await idsOf(synced)).toEqual(['2', '1']);
  });
});

describe('the hours', () => {
  test('keep each round until they begin, and a loop that waits for them can be stopped', async () => {
    const openMs = Date.parse('2026-11-24T22:00:00Z');
    // The first look is just before they begin, a later one is within them.
    const looks = [openMs - 1, openMs];
    const began = Promise.withResolvers<number>();
    const report = {
      source: 'USAGE',
      calls: 0,
      rows: 0,
      reachedMs: null,
      isBehind: false,
      isStuck: false,
      failure: null,
    } as const;
    const clock = { now: () => looks.shift() ?? openMs };
    const start = (now: typeof clock, onRound: () => void) =>
      startSync(
        [
          async () => {
            onRound();
            return report;
          },
        ],
        { intervalMs: 60_000, callsPerMinute: 60, hours: { from: 22, to: 6 } },
        () => {},
        began.reject,
        now,
      );
    const loop = start(clock, () => began.resolve(looks.length));
    expect(await began.promise).toBe(0);
    await loop.stop();
    let rounds = 0;
    const closed = start({ now: () => openMs - 3_600_000 }, () => (rounds += 1));
    await new Promise((resolve) => setImmediate(resolve));
    await closed.stop();
    expect(rounds).toBe(0);
  });
});

describe('the pace', () => {
  const pace = { intervalMs: 10_000, callsPerMinute: 30 };

  test('is never above the calls of a minute, whatever the interval', () => {
    for (const calls of [0, 1, 10, 25])
      for (const intervalMs of [100, 10_000, 60_000])
        for (const isBehind of [true, false]) {
          const waitMs = pauseAfter({ calls, isBehind, failure: null }, { ...pace, intervalMs });
          expect(waitMs).toBeGreaterThanOrEqual((calls * 60_000) / 30);
          if (!isBehind) expect(waitMs).toBeGreaterThanOrEqual(intervalMs);
        }
    expect(pauseAfter({ calls: 10, isBehind: true, failure: null }, pace)).toBe(20_000);
  });

  test('leaves a round calls for older rows, although the newest minutes are read first', async () => {
    const synced = await createSyncedEvents(NOW);
    synced.add(...Array.from({ length: 40 }, (_, at) => NOW - HOUR_MS - at * HOUR_MS));
    const calls = callsOfRound({ callsPerMinute: 1 }, null);
    for (let round = 0; round < 20; round += 1) {
      await synced.round(calls, signal);
      synced.clock.nowMs += 3 * MINUTE_MS;
    }
    expect(await idsOf(synced)).toHaveLength(40);
  });

  test('gives rounds more calls until they get over an instant that holds more rows than they can read', async () => {
    const synced = await createSyncedEvents(NOW);
    synced.add(NOW - 10 * DAY_MS, ...Array.from({ length: 120 }, () => NOW - HOUR_MS));
    let before: Parameters<typeof callsOfRound>[1] = null;
    let rounds = 0;
    do {
      const calls = callsOfRound({ callsPerMinute: 9 }, before);
      before = { calls, report: await synced.round(calls, signal) };
      synced.clock.nowMs += MINUTE_MS;
      rounds += 1;
      expect(rounds).toBeLessThan(12);
    } while ((await idsOf(synced)).length < 121);
    expect(callsOfRound({ callsPerMinute: 9 }, before)).toBe(3);
  });
});
