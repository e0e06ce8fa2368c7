import { expect, test } from 'vitest';
import { createArchive } from '../../src/archive/archive.ts';
import { openLate } from '../../src/archive/late-store.ts';
import { makeEvent } from '../support/archive-rows.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';

const READ = { fromMs: 0, toMs: 100, firstReadMs: 5_000, lastReadMs: 5_000, dropped: 0 };

test('an archive on a server that is gone holds nothing, and goes on when the server is back', async () => {
  const store = openMemoryArchive(createMemoryDisk());
  await store.events.commit([makeEvent({ id: '1', timestampMs: 50 })], READ);
  let isGone = true;
  const faults: unknown[] = [];
  const archive = await createArchive(
    openLate('clickhouse', async () => {
      if (isGone) throw new Error('The server is gone.');
      return store;
    }),
    { rereads: { overlapMs: 10, settleMs: 10 }, onFault: (error) => void faults.push(error) },
  );
  expect(archive.events.heldSpans(null)).toEqual([]);
  await expect(archive.claim(6_000, 1_000)).rejects.toThrow('The server is gone.');
  await expect(archive.events.commit([], READ)).rejects.toThrow('The server is gone.');
  isGone = false;
  expect(await archive.claim(6_000, 1_000)).toBe(true);
  await archive.events.refresh();
  expect(archive.events.heldSpans(null)).toMatchObject([{ fromMs: 0, toMs: 100 }]);
  expect(await archive.events.find(['1'])).toMatchObject([{ id: '1' }]);
  await archive.close();
});
