import { describe, expect, test } from 'vitest';
import { measuredSpans } from '../../src/archive/lateness.ts';
import { foldReads } from '../../src/archive/ledger.ts';
import type { ArchiveStore } from '../../src/archive/store.ts';
import { makeEvent } from './archive-rows.ts';

const REREADS = { overlapMs: 100, settleMs: 1_000 };
const readOf = (fromMs: number, toMs: number, atMs: number) => ({
  fromMs,
  toMs,
  firstReadMs: atMs,
  lastReadMs: atMs,
  dropped: 0,
});
const rowsOf = (fromId: number, count: number, fromMs: number) =>
  Array.from({ length: count }, (_, at) =>
    makeEvent({ id: String(fromId + at), timestampMs: fromMs + (at % 10) }),
  );

/** Laws of each engine about how late rows come. */
export function describeLateRows(engine: string, open: () => Promise<ArchiveStore>): void {
  describe(`${engine}, of late rows`, () => {
    test('tells how many came after their time was read, and after how long, whatever was read late itself', async () => {
      const { events, close } = await open();
      const measure = async () =>
        events.measureLateness(measuredSpans(foldReads(await events.loadReads()), REREADS), REREADS.settleMs);
      expect(await measure()).toEqual({ rows: 0, late: 0, foundLast: 0, mostMs: 0, latestMs: 0 });
      // Read long after its time: nothing shows which of these were late.
      await events.commit(rowsOf(5_000, 500, -90_000_000), readOf(-90_000_000, -89_000_000, 1));
      await events.commit(rowsOf(0, 990, 0), readOf(0, 50, 60));
      await events.commit(rowsOf(1_000, 990, 50), readOf(50, 100, 110));
      expect(await measure()).toEqual({ rows: 1_980, late: 0, foundLast: 0, mostMs: 0, latestMs: 0 });
      // One row of the first span came by the second reading, and one by the last, which also finds a changed row.
      await events.commit([makeEvent({ id: '8000', timestampMs: 20 })], readOf(0, 100, 230));
      expect(await measure()).toEqual({ rows: 1_981, late: 1, foundLast: 0, mostMs: 0, latestMs: 210 });
      await events.commit(
        [
          makeEvent({ id: '8001', timestampMs: 70 }),
          { ...makeEvent({ id: '5', timestampMs: 5 }), description: 'changed' },
        ],
        readOf(0, 100, 1_300),
      );
      expect(await measure()).toEqual({ rows: 1_982, late: 2, foundLast: 1, mostMs: 210, latestMs: 1_230 });
      await close();
    });
  });
}
