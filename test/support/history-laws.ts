import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyStore } from '../../src/archive/copy.ts';
import { honourErasures } from '../../src/archive/erasing.ts';
import { digestSubject } from '../../src/archive/erasure.ts';
import { readHistory } from '../../src/archive/history.ts';
import type { RowVersion } from '../../src/archive/history.ts';
import type { ArchiveStore } from '../../src/archive/store.ts';
import type { AuditEvent } from '../../src/sources/events/event.ts';
import { makeEvent, makeUsageRecord } from './archive-rows.ts';

const ALL = { fromMs: 0, toMs: 10_000 };
const question = { range: ALL, filter: {}, direction: 'DESC', after: null, limit: null } as const;
const read = (atMs: number) => ({ ...ALL, firstReadMs: atMs, lastReadMs: atMs, dropped: 0 });

/** Few ids, so that most rows change, change back, and move to another time. */
const anyId = fc.integer({ min: 0, max: 6 });
const text = fc.constantFrom('a', "o'x", 'K\u212a', null);
const timestampMs = fc.constantFrom(0, 1, 5_000, 9_999);
const usageRow = fc
  .record({
    id: anyId.map((n) => `id-${n}`),
    timestampMs,
    elementKey: text,
    requestIP: fc.constantFrom('10.0.0.1', null),
  })
  .map(makeUsageRecord);
const eventRow = fc
  .record({
    id: anyId.map(String),
    timestampMs,
    description: text,
    ipAddress: fc.constantFrom('10.0.0.1', null),
  })
  .map(makeEvent);

/** What a vendor gave, reading by reading: the first one is read at 1, the second at 2, and so on. Some are read at one moment. */
const changingRows = fc.array(
  fc.record({
    usage: fc.array(usageRow, { maxLength: 8 }),
    events: fc.array(eventRow, { maxLength: 8 }),
    takesMs: fc.constantFrom(0, 1, 2),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Reads what a vendor gave. @returns the moments at which the archive learnt something */
async function readChanges(
  store: ArchiveStore,
  readings: readonly (typeof changingRows extends fc.Arbitrary<readonly (infer Reading)[]>
    ? Reading
    : never)[],
): Promise<readonly number[]> {
  let atMs = 0;
  const moments = new Set<number>();
  for (const { usage, events, takesMs } of readings) {
    atMs += takesMs;
    moments.add(atMs);
    await store.usage.commit(usage, read(atMs));
    await store.events.commit(events, read(atMs));
  }
  return [...moments];
}

/** What an archive knows of each row now, and what it knew at some moments. */
async function recall({ usage, events }: ArchiveStore, moments: readonly number[]): Promise<unknown> {
  const asked = (knownAtMs: number | null) => ({ ...question, knownAtMs });
  return Promise.all(
    [...moments, null].map(async (knownAtMs) => [
      await usage.list(asked(knownAtMs)),
      await events.list(asked(knownAtMs)),
      await events.count(ALL, {}, knownAtMs),
    ]),
  );
}

async function historyOf(store: ArchiveStore): Promise<readonly RowVersion<AuditEvent>[]> {
  const all: RowVersion<AuditEvent>[] = [];
  for await (const page of readHistory(store.events.listVersions, ALL)) all.push(...page);
  return all;
}

/** Laws of each engine about the versions of rows. */
export function describeHistory(engine: string, open: () => Promise<ArchiveStore>): void {
  async function withStores(work: (a: ArchiveStore, b: ArchiveStore) => Promise<void>): Promise<void> {
    const a = await open();
    const b = await open();
    try {
      await work(a, b);
    } finally {
      await a.close();
      await b.close();
    }
  }

  describe(`${engine}, of rows that change`, () => {
    test('a copy, also one made twice, answers as known at each moment as the archive does, and goes on like it', async () => {
      await fc.assert(
        fc.asyncProperty(changingRows, fc.array(eventRow, { maxLength: 8 }), async (readings, later) =>
          withStores(async (from, to) => {
            const moments = await readChanges(from, readings);
            const known = await recall(from, moments);
            for (let copies = 0; copies < 2; copies += 1) {
              await copyStore(from, to);
              expect(await recall(to, moments)).toEqual(known);
            }
            const laterMs = moments.at(-1)! + 5;
            for (const { events } of [from, to]) await events.commit(later, read(laterMs));
            expect(await recall(to, [...moments, laterMs])).toEqual(
              await recall(from, [...moments, laterMs]),
            );
          }),
        ),
        { numRuns: 8 },
      );
    }, 120_000);

    test('a version is not written beside another that was known at the same moment', async () => {
      await withStores(async (_, { events }) => {
        const row = { ...makeEvent({ id: '7', timestampMs: 5, description: 'known' }), firstSeenMs: 20 };
        await events.commit([row], read(1_000));
        const other = { ...row, description: 'other', firstSeenMs: 10 };
        await events.writeVersions([
          { row: other, sinceMs: 10, untilMs: 15 },
          { row: { ...other, description: 'third' }, sinceMs: 15, untilMs: 21 },
          { row: other, sinceMs: 30, untilMs: null },
        ]);
        const textsAt = async (knownAtMs: number | null) =>
          (await events.list({ ...question, knownAtMs })).map(({ description }) => description);
        expect(await textsAt(10)).toEqual(['other']);
        expect(await textsAt(15)).toEqual([]);
        for (const knownAtMs of [20, 30, null]) expect(await textsAt(knownAtMs)).toEqual(['known']);
      });
    });

    test('no version of an erased person is written, and none of a row that named the person', async () => {
      await withStores(async (from, to) => {
        const row = makeEvent({ id: '7', timestampMs: 5, username: 'bob' });
        const other = makeEvent({ id: '8', timestampMs: 5, username: 'ann' });
        for (const description of ['old', 'new']) {
          const username = description === 'old' ? 'bob' : null;
          const atMs = description === 'old' ? 1 : 2;
          await from.events.commit(
            [
              { ...row, description, username },
              { ...other, description },
            ],
            read(atMs),
          );
        }
        const target = honourErasures({
          ...to,
          loadErasures: async () => [
            {
              atMs: 3,
              by: 'username',
              salt: 'ab',
              subject: digestSubject('ab', 'username', 'bob'),
              usageRows: 0,
              eventRows: 0,
            },
          ],
        });
        await target.events.writeVersions(await historyOf(from));
        for (const knownAtMs of [1, 2, null])
          expect((await to.events.list({ ...question, knownAtMs })).map(({ id }) => id)).toEqual(['8']);
      });
    });

    test('a row that was never changed has no history, and pages of one have each version once', async () => {
      await withStores(async (store) => {
        const rows = Array.from({ length: 40 }, (_, at) =>
          makeEvent({ id: String(at), timestampMs: at % 7 }),
        );
        await store.events.commit(rows, read(1));
        expect(await historyOf(store)).toEqual([]);
        for (const atMs of [2, 3])
          await store.events.commit(
            rows.slice(5).map((row) => ({ ...row, description: `seen at ${atMs}` })),
            read(atMs),
          );
        const paged: RowVersion<AuditEvent>[] = [];
        for (let after: AuditEvent | null = null; ;) {
          const page: readonly RowVersion<AuditEvent>[] = await store.events.listVersions({
            ...ALL,
            after,
            limit: 4,
          });
          paged.push(...page);
          after = page.at(-1)?.row ?? null;
          if (!after) break;
        }
        const name = ({ row, sinceMs, untilMs }: RowVersion<AuditEvent>) => `${row.id} ${sinceMs} ${untilMs}`;
        expect(paged.map(name).sort()).toEqual(
          rows
            .slice(5)
            .flatMap((row) => [`${row.id} 1 2`, `${row.id} 2 3`, `${row.id} 3 null`])
            .sort(),
        );
        expect((await historyOf(store)).map(name).sort()).toEqual(paged.map(name).sort());
      });
    });
  });
}
