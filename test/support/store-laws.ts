import { describe, expect, test } from 'vitest';
import type { ArchiveStore } from '../../src/archive/store.ts';
import { readThroughArchive } from '../../src/sources/paging/archived-reading.ts';
import { makeEvent, makeUsageRecord } from './archive-rows.ts';

const ALL = { fromMs: 0, toMs: 100_000 };
const question = { range: ALL, filter: {}, direction: 'DESC', after: null, limit: null } as const;
const read = (atMs: number) => ({ ...ALL, firstReadMs: atMs, lastReadMs: atMs, dropped: 0 });

/** Laws of each engine about commits that race: with each other, and with lists. */
export function describeRaces(engine: string, open: () => Promise<ArchiveStore>): void {
  async function withStore(work: (store: ArchiveStore) => Promise<void>): Promise<void> {
    const store = await open();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  }

  describe(`${engine}, in a race`, () => {
    test('what was read last counts, whichever commit comes last', async () => {
      await withStore(async ({ usage }) => {
        const row = makeUsageRecord({ id: 'a', timestampMs: 10, elementKey: 'first' });
        await usage.commit([{ ...row, elementKey: 'later' }], read(2_000));
        await usage.commit([row, makeUsageRecord({ id: 'b', timestampMs: 11 })], read(1_000));
        const keysAt = async (knownAtMs: number | null) =>
          (await usage.list({ ...question, knownAtMs })).map(({ id, elementKey }) => [id, elementKey]);
        expect(await keysAt(null)).toEqual([
          ['b', null],
          ['a', 'later'],
        ]);
        expect(await keysAt(1_500)).toEqual([['b', null]]);
        expect(await usage.loadReads()).toHaveLength(2);
      });
    });

    test('commits at once keep each row once', async () => {
      await withStore(async ({ events }) => {
        const rows = Array.from({ length: 50 }, (_, at) => makeEvent({ id: String(at), timestampMs: at }));
        await Promise.all([1, 2, 3, 4].map((atMs) => events.commit(rows.slice(atMs), read(atMs))));
        const listed = await events.list({ ...question, knownAtMs: null });
        expect(listed.map(({ id }) => Number(id))).toEqual(rows.slice(1).map((_, at) => 49 - at));
        expect(await events.loadReads()).toHaveLength(4);
      });
    });

    test('a list that is read in chunks neither loses nor doubles a row while rows are committed above it', async () => {
      await withStore(async ({ events }) => {
        const rows = Array.from({ length: 9_000 }, (_, at) =>
          makeEvent({ id: String(at + 1), timestampMs: at, description: at % 3 === 0 ? 'found' : 'other' }),
        );
        await events.commit(rows, read(1));
        let nextId = 20_000;
        for (let round = 0; round < 4; round += 1) {
          const listing = { isRunning: true };
          const commits = (async () => {
            while (listing.isRunning) {
              nextId += 1;
              const late = makeEvent({ id: String(nextId), timestampMs: 9_000, description: 'found' });
              await events.commit([late], read(2));
            }
          })();
          const listed = await events.list({
            ...question,
            filter: { searchText: 'found' },
            limit: 50_000,
            knownAtMs: null,
          });
          const part = await events.list({
            ...question,
            filter: { searchText: 'found' },
            limit: 2_900,
            knownAtMs: null,
          });
          listing.isRunning = false;
          await commits;
          for (const { ids } of [listed, part].map((one) => ({ ids: one.map(({ id }) => Number(id)) }))) {
            expect(new Set(ids).size).toBe(ids.length);
            const old = ids.filter((id) => id < 20_000);
            expect(old).toEqual(old.map((_, at) => 8_998 - 3 * at));
          }
          expect(listed.filter(({ id }) => Number(id) < 20_000)).toHaveLength(3_000);
        }
      });
    });

    test('a position of the other source lies where the order of both sources has it', async () => {
      await withStore(async ({ usage, events }) => {
        const records = [9, 10, 11].map((ms) => makeUsageRecord({ id: `u${ms}`, timestampMs: ms }));
        const entries = [9, 10, 11].map((ms) => makeEvent({ id: String(ms), timestampMs: ms }));
        await usage.commit(records, read(1));
        await events.commit(entries, read(1));
        const held = [{ ...ALL, readAtMs: 1, dropped: 0 }];
        const common = { filter: {}, knownAtMs: null, vendorKeepsFromMs: -Infinity };
        const noFault = {
          heldSpans: () => held,
          origin: 'ARCHIVE' as const,
          lacksPersonalData: false,
          noteFault: () => {},
        };
        const noVendor = async function* (): AsyncGenerator<never, void> {};
        const readUsage = readThroughArchive(
          { ...common, source: 'USAGE', rows: { ...usage, ...noFault } },
          noVendor,
        );
        const readEvents = readThroughArchive(
          { ...common, source: 'EVENTS', rows: { ...events, ...noFault } },
          noVendor,
        );
        const idsOf = async (batches: AsyncGenerator<{ rows: readonly { id: string }[] }, void>) => {
          const ids: string[] = [];
          for await (const { rows } of batches) ids.push(...rows.map(({ id }) => id));
          return ids;
        };
        // Newest first, the usage record of an instant comes before its event.
        const wanted = { range: ALL, wanted: () => 10 };
        const afterRecord = { ...wanted, after: records[1]! };
        const afterEvent = { ...wanted, after: entries[1]! };
        expect(await idsOf(readEvents({ ...afterRecord, direction: 'DESC' }))).toEqual(['10', '9']);
        expect(await idsOf(readEvents({ ...afterRecord, direction: 'ASC' }))).toEqual(['11']);
        expect(await idsOf(readUsage({ ...afterEvent, direction: 'DESC' }))).toEqual(['u9']);
        expect(await idsOf(readUsage({ ...afterEvent, direction: 'ASC' }))).toEqual(['u10', 'u11']);
      });
    });
  });
}
