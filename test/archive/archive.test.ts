import { expect, test } from 'vitest';
import { createArchive } from '../../src/archive/archive.ts';
import { makeEvent } from '../support/archive-rows.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';

const HOUR_MS = 3_600_000;
const rereads = { overlapMs: 1_000, settleMs: 10_000 };
const read = (fromMs: number, toMs: number, atMs: number) => ({
  fromMs,
  toMs,
  firstReadMs: atMs,
  lastReadMs: atMs,
  dropped: 0,
});

async function open() {
  const store = openMemoryArchive(createMemoryDisk());
  const archive = await createArchive(store, {
    rereads,
    onFault(error) {
      throw error;
    },
  });
  return { store, archive };
}

test('what is forgotten is claimed no more, and is deleted by the hour', async () => {
  const { store, archive } = await open();
  const rows = [1, 30, 60].map((hour) => makeEvent({ id: String(hour), timestampMs: hour * HOUR_MS }));
  await archive.events.commit(rows, read(0, 100 * HOUR_MS, 200 * HOUR_MS));
  await archive.events.forget(HOUR_MS - 1);
  expect(archive.events.heldSpans(null)).toMatchObject([{ fromMs: 0 }]);
  await archive.events.forget(31 * HOUR_MS);
  expect(archive.events.heldSpans(null)).toMatchObject([{ fromMs: 31 * HOUR_MS, toMs: 100 * HOUR_MS }]);
  expect(archive.events.heldSpans(150 * HOUR_MS)).toEqual([]);
  expect(await store.events.find(['1', '30', '60'])).toMatchObject([{ id: '60' }]);
  expect(await store.events.loadReads()).toMatchObject([{ fromMs: 31 * HOUR_MS }]);
});

test('a ledger with far more entries than it needs is rewritten while the service runs', async () => {
  const { store, archive } = await open();
  for (let at = 0; at < 5_100; at += 1) await archive.usage.commit([], read(at, at + 1, 50_000));
  expect((await store.usage.loadReads()).length).toBeLessThan(200);
  expect(archive.usage.readSpans()).toMatchObject([{ fromMs: 0, toMs: 5_100 }]);
});
