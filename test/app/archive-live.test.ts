import { describe, expect, test } from 'vitest';
import { createArchive } from '../../src/archive/archive.ts';
import type { ArchiveOptions } from '../../src/archive/archive.ts';
import { createRedaction } from '../../src/archive/personal-data.ts';
import { follow } from '../support/event-stream.ts';
import type { OpenStream } from '../support/event-stream.ts';
import { createLiveRig, pass } from '../support/live-rig.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';

const MINUTE_MS = 60_000;
const REREADS = { overlapMs: 900_000, settleMs: 86_400_000 };
const { signal } = new AbortController();

interface Scene {
  readonly hasArchive?: boolean;
  readonly isHolder?: boolean;
  readonly redaction?: ArchiveOptions['redaction'];
}

/** Two vendors, and one process with an archive whose rounds run each minute. */
async function createScene({ hasArchive = true, isHolder = true, redaction = null }: Scene = {}) {
  const rig = createLiveRig();
  const disk = createMemoryDisk();
  const store = { ...openMemoryArchive(disk), claim: async () => isHolder };
  const archive = await createArchive(store, {
    rereads: REREADS,
    redaction,
    onFault(error) {
      throw error;
    },
  });
  const app = rig.createInstance({}, hasArchive ? { archive } : {});
  const rounds = async (): Promise<void> => {
    for (const round of app.syncRounds) expect((await round(20, signal)).isBehind).toBe(false);
  };
  let written = 0;
  return {
    ...rig,
    app,
    disk,
    archive,
    calls: () => rig.transport.requests.length,
    /** @param minutes in each of which six rows of each vendor come, half of them late */
    async live(minutes: number): Promise<void> {
      for (let step = 0; step < minutes * 6; step += 1) {
        await pass(rig.time, 10_000);
        const atMs = rig.time.clock.now() - (step % 2) * 8_000;
        written += 1;
        rig.usage.push({ id: `u${written}`, atMs });
        rig.events.push({ id: written, atMs: Math.floor(atMs / 1_000) * 1_000 });
        if (step % 6 === 5) await rounds();
      }
    },
    listen(): Promise<OpenStream> {
      return follow(app);
    },
  };
}

async function measure(options: Scene & { readonly isHeard: boolean }): Promise<number> {
  const scene = await createScene(options);
  const stream = options.isHeard ? await scene.listen() : null;
  await scene.live(30);
  const calls = scene.calls();
  stream?.leave();
  return calls;
}

test('with an archive and a listener, the newest rows are read once', { timeout: 60_000 }, async () => {
  const listener = await measure({ isHeard: true, hasArchive: false });
  const archive = await measure({ isHeard: false });
  const both = await measure({ isHeard: true });
  // Of each source what was there before, and every five minutes what is read for the second time.
  const older = 2 * 10;
  expect(both).toBeLessThanOrEqual(listener + older);
  expect(archive).toBeGreaterThan(4 * older);
});

describe('a round beside a listener', () => {
  test('leaves no hole and no row out, before, while and after somebody listens', async () => {
    const scene = await createScene();
    await scene.live(3);
    const stream = await scene.listen();
    await scene.live(5);
    stream.leave();
    await scene.live(3);
    for (const source of ['usage', 'events'] as const) {
      const [newest, ...others] = scene.archive[source].readSpans();
      expect([newest?.toMs, others]).toEqual([scene.time.clock.now(), []]);
      expect(scene.disk[source].versions.size).toBe(scene[source].length);
    }
  });

  test('writes nothing if another instance has the right to copy', async () => {
    const scene = await createScene({ isHolder: false });
    const stream = await scene.listen();
    await scene.live(3);
    expect([scene.disk.usage.reads, scene.disk.usage.versions.size]).toEqual([[], 0]);
    stream.leave();
  });

  test('redacts the rows of streams as all others', async () => {
    const scene = await createScene({ redaction: createRedaction('omit', String) });
    const stream = await scene.listen();
    await scene.live(2);
    const kept = [...scene.disk.events.versions.values()].flat();
    expect(kept.length).toBeGreaterThan(6);
    expect(kept.filter(({ row }) => row.username !== null || row.ipAddress !== null)).toEqual([]);
    stream.leave();
  });

  test('asks the vendor itself, and claims nothing, if the streams were not answered for a minute', async () => {
    const scene = await createScene();
    const stream = await scene.listen();
    await scene.live(2);
    const { reads } = scene.disk.usage;
    scene.state.isUsageDown = true;
    await pass(scene.time, 5 * MINUTE_MS);
    const [usage] = scene.app.syncRounds;
    const report = await usage!(20, signal);
    expect(report).toMatchObject({
      source: 'USAGE',
      rows: 0,
      failure: { code: expect.stringMatching(/^UPSTREAM/) },
    });
    expect(scene.disk.usage.reads).toEqual(reads);
    stream.leave();
  });
});
