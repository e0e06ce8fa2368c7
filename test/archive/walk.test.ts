import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createArchive } from '../../src/archive/archive.ts';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { createSyncRounds } from '../../src/archive/rounds.ts';
import type { ArchiveStore } from '../../src/archive/store.ts';
import { createEventsQuirks } from '../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../src/sources/events/source.ts';
import type { Page } from '../../src/sources/paging/page.ts';
import type { Position } from '../../src/sources/paging/position.ts';
import { createUsageQuirks } from '../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../src/sources/usage/source.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';
import { createMovingVendor } from '../support/moving-vendor.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createTestCallContext } from '../support/simulated-vendor.ts';

const NOW = Date.parse('2026-03-31T12:00:00.000Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RETENTION_MS = 4 * DAY_MS;
const PAGE = 50;
const folder = mkdtempSync(join(tmpdir(), 'archive-walk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

/** Walks a range in pages while rows arrive and what was the vendor's becomes the archive's. */
async function walk(
  source: 'USAGE' | 'EVENTS',
  direction: 'ASC' | 'DESC',
  seed: number,
  store: ArchiveStore,
) {
  const random = createSeededRandom(seed);
  const clock = { nowMs: NOW - 2 * DAY_MS };
  const vendor = createMovingVendor(source, random, clock, RETENTION_MS);
  vendor.isMoving = false;
  while (vendor.rows.size < 1_000) {
    vendor.change();
    clock.nowMs = Math.min(clock.nowMs + Math.floor(random() * 5 * MINUTE_MS), NOW);
  }
  for (const row of vendor.rows.values())
    if (row.states.at(-1)?.isBad) row.states.push({ sinceMs: NOW, version: 1, isBad: false });
  clock.nowMs = NOW;
  const range = { fromMs: NOW - 3 * DAY_MS, toMs: NOW + MINUTE_MS };
  const expected = [...vendor.rows.values()].filter(
    ({ states, timestampMs }) =>
      states.at(-1)?.version !== null && timestampMs >= range.fromMs && timestampMs < range.toMs,
  );

  const settings = {
    largestPage: 60,
    maxScannedRows: 10_000,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: RETENTION_MS },
  };
  const archive = await createArchive(store, {
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
  const quirks = { usage: createUsageQuirks(), events: createEventsQuirks() };
  const ask = (after: Position | null): Promise<Page<Position>> => {
    const request = { range, filter: {}, count: PAGE, direction, after };
    const deps = { upstream: vendor.upstream, nowMs: clock.nowMs, settings };
    return source === 'USAGE'
      ? createUsageSource(
          { ...deps, quirks: quirks.usage, archive: archive.usage },
          async () => {
            throw new Error('no series are asked for here');
          },
          context,
        ).listUsageRecords(request)
      : createEventsSource({ ...deps, quirks: quirks.events, archive: archive.events }, context).listEvents({
          ...request,
          orderBy: [],
          fields: new Set(),
        });
  };

  // The newest day is copied before the walk, and the rest meanwhile.
  for (let calls = 3, reachedMs = NOW, rounds = 0; reachedMs > NOW - DAY_MS; rounds += 1) {
    expect(rounds).toBeLessThan(300);
    const report = await round!(calls, signal);
    reachedMs = report.reachedMs ?? reachedMs;
    if (report.isStuck) calls *= 2;
  }
  const given: string[] = [];
  const origins = new Set<string>();
  for (let after: Position | null = null; ;) {
    const page: Page<Position> = await ask(after);
    given.push(...page.rows.map(({ id }) => id));
    for (const { origin } of page.coverage) origins.add(origin);
    if (!page.hasMore) break;
    after = page.end!.position;
    // New and late rows only: what is deleted or changed may be missed rightly.
    clock.nowMs += Math.floor(random() * 3 * MINUTE_MS);
    vendor.arrive();
    await round!(1 + Math.floor(random() * 6), signal);
  }
  await archive.close();
  return { given, expected: expected.map(({ id }) => id), origins };
}

describe('a walk over a list whose rows move from the vendor to the archive', () => {
  const cases = (['USAGE', 'EVENTS'] as const).flatMap((source) =>
    (['DESC', 'ASC'] as const).flatMap((direction) =>
      [1, 2, 3].map((seed) => [source, direction, seed] as const),
    ),
  );

  test.each(cases)('%s %s (%i) loses no row and doubles none', async (source, direction, seed) => {
    const store =
      seed === 1
        ? await openDuckDbStore(join(folder, `${source}-${direction}`))
        : openMemoryArchive(createMemoryDisk());
    const { given, expected, origins } = await walk(source, direction, seed, store);
    expect(new Set(given).size).toBe(given.length);
    const seen = new Set(given);
    expect(expected.filter((id) => !seen.has(id))).toEqual([]);
    expect(expected.length).toBeGreaterThan(400);
    expect([...origins].toSorted()).toEqual(['ARCHIVE', 'VENDOR']);
  });
});
