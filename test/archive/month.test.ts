import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createArchive } from '../../src/archive/archive.ts';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { createSyncRounds } from '../../src/archive/rounds.ts';
import type { Source } from '../../src/base/source.ts';
import { createEventsQuirks } from '../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../src/sources/events/source.ts';
import type { Page } from '../../src/sources/paging/page.ts';
import type { Position } from '../../src/sources/paging/position.ts';
import { createUsageQuirks } from '../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../src/sources/usage/source.ts';
import { createBusyVendor } from '../support/busy-vendor.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createTestCallContext } from '../support/simulated-vendor.ts';

const NOW = Date.parse('2026-03-31T12:00:00.000Z');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;
const ROWS = 100_000;
const PAGE = 1_000;
const folder = mkdtempSync(join(tmpdir(), 'archive-month-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

/** A month of rows, whose last day changes at each page, and an archive that is filled meanwhile. */
async function makeMonth(source: Source, direction: 'ASC' | 'DESC') {
  const random = createSeededRandom(source === 'USAGE' ? 7 : 8);
  const clock = { nowMs: NOW };
  const vendor = createBusyVendor(source, random, clock);
  for (let at = 0; at < ROWS; at += 1) vendor.add(NOW - MONTH_MS + (at / ROWS) * MONTH_MS);
  const settings = {
    largestPage: PAGE,
    maxScannedRows: 10_000,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: MONTH_MS + 5 * DAY_MS },
  };
  const archive = await createArchive(await openDuckDbStore(join(folder, source + direction)), {
    rereads: { overlapMs: 15 * MINUTE_MS, settleMs: DAY_MS },
    onFault(error) {
      throw error;
    },
  });
  const context = createTestCallContext();
  const access = { upstream: vendor.upstream, settings, credentials: context.credentials };
  const none = { ...access, credentials: null };
  const [round] = createSyncRounds({
    archive,
    usage: source === 'USAGE' ? access : none,
    events: source === 'EVENTS' ? access : none,
    clock: { now: () => clock.nowMs },
    keptMs: Infinity,
    onSkippedRows: undefined,
  });
  const range = { fromMs: NOW - MONTH_MS, toMs: NOW + MINUTE_MS };
  const quirks = { usage: createUsageQuirks(), events: createEventsQuirks() };
  const ask = (after: Position | null): Promise<Page<Position>> => {
    const request = { range, filter: {}, count: PAGE, direction, after };
    const deps = { upstream: vendor.upstream, nowMs: clock.nowMs, settings };
    const noSeries = async (): Promise<never> => {
      throw new Error('no series are asked for here');
    };
    return source === 'USAGE'
      ? createUsageSource(
          { ...deps, quirks: quirks.usage, archive: archive.usage },
          noSeries,
          context,
        ).listUsageRecords(request)
      : createEventsSource({ ...deps, quirks: quirks.events, archive: archive.events }, context).listEvents({
          ...request,
          orderBy: [],
          fields: new Set(),
        });
  };
  /** Pages through the month. */
  const walk = async (betweenPages: () => Promise<void>) => {
    const ids: string[] = [];
    const origins = new Set<string>();
    for (let after: Position | null = null; ;) {
      const page: Page<Position> = await ask(after);
      for (const { id } of page.rows) ids.push(id);
      for (const { origin } of page.coverage) origins.add(origin);
      if (!page.hasMore) return { ids, origins: [...origins].sort() };
      after = page.end!.position;
      await betweenPages();
    }
  };
  const inRange = (): string[] =>
    [...vendor.rows.values()]
      .filter(({ timestampMs }) => timestampMs >= range.fromMs && timestampMs < range.toMs)
      .map(({ id }) => id);
  return { archive, clock, random, vendor, round: round!, walk, inRange };
}

describe('a month of 100,000 rows, of which late ones come and others change and go while it is copied', () => {
  test.each([
    ['USAGE', 'DESC'],
    ['EVENTS', 'ASC'],
  ] as const)(
    '%s %s: paging gives each row once, and takes no call when all of it is copied',
    async (source, direction) => {
      const { archive, clock, random, vendor, round, walk, inRange } = await makeMonth(source, direction);
      // The newest days are copied before, and the rest meanwhile.
      for (let rounds = 0; rounds < 20; rounds += 1) await round(2, signal);
      const before = new Set(inRange());
      let copied = 0;
      const moving = await walk(async () => {
        clock.nowMs += Math.floor(random() * 3 * MINUTE_MS);
        for (let changes = 0; changes < 40; changes += 1) vendor.change();
        copied += (await round(2 + Math.floor(random() * 4), signal)).rows;
      });
      expect(moving.origins).toEqual(['ARCHIVE', 'VENDOR']);
      expect(copied).toBeGreaterThan(ROWS / 4);
      const given = new Set(moving.ids);
      expect(given.size).toBe(moving.ids.length);
      const throughout = [...before].filter((id) => vendor.rows.has(id));
      expect(throughout.length).toBeGreaterThan(ROWS - 2_000);
      expect(throughout.filter((id) => !given.has(id))).toEqual([]);

      // Each part is read for the last time.
      clock.nowMs += 2 * DAY_MS;
      for (let rounds = 0; (await round(500, signal)).isBehind; rounds += 1) expect(rounds).toBeLessThan(20);
      const calls = vendor.upstream.calls.length;
      const still = await walk(async () => {});
      expect(vendor.upstream.calls.length - calls).toBe(0);
      expect(still.origins).toEqual(['ARCHIVE']);
      const held = new Set(still.ids);
      expect(held.size).toBe(still.ids.length);
      const alive = new Set(inRange());
      expect([...alive].filter((id) => !held.has(id))).toEqual([]);
      // What the vendor has deleted is kept.
      expect([...held].filter((id) => !alive.has(id) && !vendor.deleted.has(id))).toEqual([]);
      await archive.close();
    },
    120_000,
  );
});
