import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openDuckDbStore } from '../../../src/archive/duckdb/store.ts';
import { restoreFolder } from '../../../src/archive/evidence/restore.ts';
import { findGaps, foldReads } from '../../../src/archive/ledger.ts';
import type { ArchiveStore } from '../../../src/archive/store.ts';
import { makeEvent, makeUsageRecord } from '../../support/archive-rows.ts';
import { DAY_MS, dayOf, fill, flipBit, newKey, readOf, seal } from '../../support/sealed-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'restore-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const newFolder = (): string => join(root, String((count += 1)));

const START_MS = Date.parse('2026-11-23T00:00:00.000Z');
const DAYS = 2;
const ALL = { fromMs: START_MS, toMs: START_MS + DAYS * DAY_MS };
const key = newKey();

const contentOf = async ({ usage, events }: ArchiveStore) => {
  const question = {
    range: ALL,
    filter: {},
    direction: 'DESC',
    after: null,
    limit: null,
    knownAtMs: null,
  } as const;
  const known = [];
  for (const knownAtMs of [ALL.toMs + DAY_MS - 1, ALL.toMs + DAY_MS, ALL.toMs + 5 * DAY_MS])
    known.push(await usage.list({ ...question, knownAtMs }), await events.list({ ...question, knownAtMs }));
  return {
    known,
    usage: await usage.list(question),
    events: await events.list(question),
    usageReads: foldReads(await usage.loadReads()),
    eventReads: foldReads(await events.loadReads()),
  };
};

const offset = fc.integer({ min: 0, max: DAYS * DAY_MS - 1 });
const text = fc.constantFrom('a', 'K\u212a', '\u0000x', "o'x", '😀', null);
const address = fc.constantFrom('10.0.0.1', '10.1.0.2, 192.0.2.7', '10.1.0.2 nonsense', 'nonsense', null);
const usageRow = fc
  .record({
    id: fc.integer({ min: 0, max: 99 }).map((n) => `id-${n}`),
    timestampMs: offset.map((ms) => START_MS + ms),
    elementKey: text,
    elementTags: fc.array(fc.constantFrom('a', 'b c'), { maxLength: 2 }),
    requestIP: address,
    accountId: fc.constantFrom('7', 'x', null),
    userName: text,
    vendorResource: text,
    processTime: fc.option(fc.nat()),
    responseStatus: fc.constantFrom(200, null),
  })
  .map(makeUsageRecord);
const eventRow = fc
  .record({
    id: fc.oneof(fc.integer({ min: -9, max: 99 }).map(String), fc.constant('9223372036854775807')),
    timestampMs: offset.map((ms) => START_MS + ms),
    description: text,
    username: text,
  })
  .chain((fields) =>
    fc
      .constantFrom(
        { ipAddress: '10.0.0.1' },
        { addresses: ['10.0.0.1'] },
        { addresses: ['10.0.0.1', '::1'] },
        {},
      )
      .map((addresses) => makeEvent({ ...fields, ...addresses })),
  );
const rows = fc.record({
  usage: fc.uniqueArray(usageRow, { selector: ({ id }) => id, maxLength: 12 }),
  events: fc.uniqueArray(eventRow, { selector: ({ id }) => id, maxLength: 12 }),
});

test('an empty archive gets equal rows, each version of them and an equal ledger, once, even if it is interrupted', async () => {
  await fc.assert(
    fc.asyncProperty(rows, rows, fc.integer({ min: 0, max: 12 }), async (early, late, livesFor) => {
      const first = await openDuckDbStore(newFolder());
      await fill(first, early, readOf(ALL.fromMs, ALL.toMs));
      // Of the second day a part was read again, and a row of it could not be parsed.
      await fill(first, late, { ...readOf(ALL.toMs - 5_000, ALL.toMs, ALL.toMs + 5 * DAY_MS), dropped: 1 });
      const folder = newFolder();
      for (let at = 0; at < DAYS; at += 1)
        for (const source of ['USAGE', 'EVENTS'] as const)
          await seal(first, source, dayOf(START_MS + at * DAY_MS), { folder, key });
      const content = await contentOf(first);
      await first.close();

      const second = await openDuckDbStore(newFolder());
      let commits = livesFor;
      const dying = <Table extends ArchiveStore['usage'] | ArchiveStore['events']>(table: Table): Table => ({
        ...table,
        commit: async (...words: Parameters<Table['commit']>) => {
          if ((commits -= 1) < 0) throw new Error('dies here');
          await (table.commit as (...all: typeof words) => Promise<void>)(...words);
        },
        writeVersions: async (...words: Parameters<Table['writeVersions']>) => {
          if ((commits -= 1) < 0) throw new Error('dies here');
          await (table.writeVersions as (...all: typeof words) => Promise<void>)(...words);
        },
      });
      await restoreFolder(
        folder,
        { ...second, usage: dying(second.usage), events: dying(second.events) },
        key.public,
      ).catch((error: Error) => expect(error.message).toBe('dies here'));
      // The ledger never claims a row that is not there.
      const { usage } = await contentOf(second);
      const held = foldReads(await second.usage.loadReads());
      const missing = content.usage.filter(({ id }) => !usage.some((row) => row.id === id));
      for (const { timestampMs } of missing)
        expect(findGaps(held, { fromMs: timestampMs, toMs: timestampMs + 1 })).toHaveLength(1);

      await restoreFolder(folder, second, key.public);
      expect(await contentOf(second)).toEqual(content);
      expect(await restoreFolder(folder, second, key.public)).toEqual({ days: 0, rows: 0, skipped: 4 });
      expect(await contentOf(second)).toEqual(content);
      await second.close();
    }),
    { numRuns: 6 },
  );
}, 120_000);

test('a day is sealed again if its rows are the same but were others meanwhile', async () => {
  const first = await openDuckDbStore(newFolder());
  const sealed = { folder: newFolder(), key };
  const row = makeUsageRecord({ id: 'a', timestampMs: START_MS, elementKey: 'first' });
  const readAt = (day: number) => readOf(ALL.fromMs, ALL.toMs, ALL.toMs + day * DAY_MS);
  await fill(first, { usage: [row], events: [] }, readAt(1));
  const sealIt = async () => (await seal(first, 'USAGE', dayOf(START_MS), sealed)).outcome;
  expect([await sealIt(), await sealIt()]).toEqual(['SEALED', 'UNCHANGED']);
  await first.usage.commit([{ ...row, elementKey: 'second' }], readAt(2));
  await first.usage.commit([row], readAt(3));
  expect([await sealIt(), await sealIt()]).toEqual(['SEALED', 'UNCHANGED']);
  await first.close();
  const second = await openDuckDbStore(newFolder());
  expect(await restoreFolder(sealed.folder, second, key.public)).toEqual({ days: 1, rows: 1, skipped: 0 });
  const keyAt = async (knownAtMs: number) =>
    (
      await second.usage.list({
        range: ALL,
        filter: {},
        direction: 'DESC',
        after: null,
        limit: null,
        knownAtMs,
      })
    ).map(({ elementKey, firstSeenMs }) => [elementKey, firstSeenMs]);
  const firstSeenMs = ALL.toMs + DAY_MS;
  expect(await keyAt(ALL.toMs + DAY_MS)).toEqual([['first', firstSeenMs]]);
  expect(await keyAt(ALL.toMs + 2 * DAY_MS)).toEqual([['second', firstSeenMs]]);
  expect(await keyAt(ALL.toMs + 3 * DAY_MS)).toEqual([['first', firstSeenMs]]);
  await second.close();
});

test('a row that the archive has already is not replaced', async () => {
  const first = await openDuckDbStore(newFolder());
  const row = makeUsageRecord({ id: 'a', timestampMs: START_MS, elementKey: 'old' });
  await fill(first, { usage: [row], events: [] }, readOf(ALL.fromMs, ALL.toMs));
  const folder = newFolder();
  await seal(first, 'USAGE', dayOf(START_MS), { folder, key });
  await first.close();
  const second = await openDuckDbStore(newFolder());
  const newer = { ...row, elementKey: 'new' };
  await second.usage.commit([newer], readOf(START_MS, START_MS + 5));
  expect(await restoreFolder(folder, second, key.public)).toEqual({ days: 1, rows: 0, skipped: 0 });
  expect(await second.usage.find(['a'])).toMatchObject([newer]);
  await second.close();
});

test('a day that was sealed twice is restored as it was sealed last', async () => {
  const first = await openDuckDbStore(newFolder());
  const sealed = { folder: newFolder(), key };
  await fill(first, { usage: [], events: [] }, readOf(ALL.fromMs, ALL.toMs));
  await seal(first, 'USAGE', dayOf(START_MS), sealed);
  const late = makeUsageRecord({ id: 'late', timestampMs: START_MS });
  await first.usage.commit([late], readOf(START_MS, START_MS + DAY_MS, START_MS + 9 * DAY_MS));
  await seal(first, 'USAGE', dayOf(START_MS), sealed);
  await first.close();
  const second = await openDuckDbStore(newFolder());
  expect(await restoreFolder(sealed.folder, second, key.public)).toEqual({ days: 1, rows: 1, skipped: 0 });
  expect(await second.usage.find(['late'])).toEqual([{ ...late, firstSeenMs: START_MS + 9 * DAY_MS }]);
  await second.close();
});

test('nothing is restored from a folder with a fault', async () => {
  const first = await openDuckDbStore(newFolder());
  await fill(first, { usage: [], events: [] }, readOf(ALL.fromMs, ALL.toMs));
  const folder = newFolder();
  await seal(first, 'USAGE', dayOf(START_MS), { folder, key });
  await first.close();
  flipBit(folder, `usage/${dayOf(START_MS)}.sig`, 3);
  const second = await openDuckDbStore(newFolder());
  await expect(restoreFolder(folder, second, key.public)).rejects.toThrow(
    `usage/${dayOf(START_MS)}.json does not have the signature`,
  );
  expect(await second.usage.loadReads()).toEqual([]);
  await second.close();
});
