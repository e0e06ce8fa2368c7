import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openClickHouseStore } from '../../src/archive/clickhouse/store.ts';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { hasClickHouse, startClickHouse } from '../support/clickhouse-server.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';
import { runSyncWorld } from '../support/sync-world.ts';
import type { WorldTally } from '../support/sync-world.ts';

/** `SYNC_STEPS=10000 npm test -- test/archive/sync.test.ts` runs longer, and `SYNC_SEED` begins elsewhere. */
const STEPS = Number(process.env['SYNC_STEPS'] ?? 600);
const DUCKDB_STEPS = Number(process.env['SYNC_STEPS'] ?? 60);
const CLICKHOUSE_STEPS = Number(process.env['SYNC_STEPS'] ?? 30);
const SEED = Number(process.env['SYNC_SEED'] ?? 1);
const STEPS_OF_RUN = 300;
const TIMEOUT_MS = 20_000 + STEPS * 100;

/** Names the seed of a run that fails. */
const runSeed = async (...run: Parameters<typeof runSyncWorld>): Promise<WorldTally> =>
  runSyncWorld(...run).catch((error: unknown) => {
    throw new Error(`The law is broken in the run of seed ${run[0]}.`, { cause: error });
  });

const sum = (tallies: readonly object[]): Record<string, number> => {
  const total: Record<string, number> = {};
  for (const tally of tallies)
    for (const [name, count] of Object.entries(tally)) total[name] = (total[name] ?? 0) + Number(count);
  return total;
};

/** While rows come late, change, tie and go, calls fail, clocks differ, commits fail, processes die and two of them copy at once. */
describe('the archive holds each row once, and all that it claims to hold', () => {
  test(
    'in memory',
    async () => {
      const tallies = [];
      for (let run = 0; run < STEPS / STEPS_OF_RUN; run += 1) {
        const disk = createMemoryDisk();
        tallies.push(await runSeed(SEED + run, STEPS_OF_RUN, 5, async () => openMemoryArchive(disk)));
      }
      const total = sum(tallies);
      if (STEPS > 600) console.log(total);
      expect(total['deaths']).toBeGreaterThan(STEPS / 100);
      expect(total['rows']).toBeGreaterThan(STEPS);
    },
    TIMEOUT_MS,
  );

  test(
    'on DuckDB',
    async () => {
      const tallies = [];
      for (let run = 0; run < DUCKDB_STEPS / STEPS_OF_RUN; run += 1) {
        const folder = mkdtempSync(join(tmpdir(), 'archive-sync-'));
        try {
          const steps = Math.min(DUCKDB_STEPS, STEPS_OF_RUN);
          tallies.push(await runSeed(SEED + 1_000 + run, steps, 10, () => openDuckDbStore(folder)));
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }
      const total = sum(tallies);
      if (STEPS > 600) console.log(total);
      expect(total['rows']).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  test.runIf(hasClickHouse)(
    'on ClickHouse',
    async () => {
      const server = await startClickHouse();
      try {
        const tallies = [];
        for (let run = 0; run < CLICKHOUSE_STEPS / STEPS_OF_RUN; run += 1) {
          const steps = Math.min(CLICKHOUSE_STEPS, STEPS_OF_RUN);
          tallies.push(
            await runSeed(SEED + 2_000 + run, steps, 10, async () => ({
              ...(await openClickHouseStore(server.url(`run${run}`))),
              // The claim of a process that has died lasts for some minutes. Without claims two copy at once, which is harder.
              claim: async () => true,
            })),
          );
        }
        const total = sum(tallies);
        if (STEPS > 600) console.log(total);
        expect(total['rows']).toBeGreaterThan(0);
      } finally {
        await server.kill();
      }
    },
    // Each commit takes several statements over HTTP.
    300_000 + CLICKHOUSE_STEPS * 2_000,
  );
});
