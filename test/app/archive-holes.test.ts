import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { createArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/archive.ts';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import type { ArchiveStore, ArchiveTable } from '../../src/archive/store.ts';
import type { Range } from '../../src/base/time.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { askApp, createAppOver, NOW_MS, PATIENT } from '../support/running-app.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const DAY_MS = 86_400_000;
const REREADS = { overlapMs: 900_000, settleMs: DAY_MS };
const ROOMY = {
  ...PATIENT,
  SIGHTLINE_MAX_UPSTREAM_CALLS: '500',
  SIGHTLINE_MAX_COST: '100000',
  SIGHTLINE_RATE_CAPACITY: '0',
};
const { signal } = new AbortController();
let sandbox: RunningSandbox;
let plain: App;

const random = createSeededRandom(7);
/** What each archive holds of the last 35 days. */
const HELD: Readonly<Record<string, readonly Range[]>> = {
  'all of the range': [{ fromMs: NOW_MS - 36 * DAY_MS, toMs: NOW_MS }],
  'the older half of it': [{ fromMs: NOW_MS - 36 * DAY_MS, toMs: NOW_MS - 15 * DAY_MS }],
  'holes of it': Array.from({ length: 18 }, (_, at) => {
    const fromMs = NOW_MS - (at + 1) * 2 * DAY_MS + Math.floor(random() * DAY_MS);
    return { fromMs, toMs: fromMs + 1 + Math.floor(random() * DAY_MS) };
  }),
};
const apps = new Map<string, App>();
const stores: ArchiveStore[] = [];
const folder = mkdtempSync(join(tmpdir(), 'archive-holes-'));

/** Copies spans of one archive into another. */
async function fill<Row extends { timestampMs: number; id: string; source: 'USAGE' | 'EVENTS' }>(
  from: Pick<ArchiveTable<Row, Readonly<Record<string, never>>>, 'list'>,
  to: Pick<ArchiveTable<Row, Readonly<Record<string, never>>>, 'commit'>,
  spans: readonly Range[],
): Promise<void> {
  for (const range of spans) {
    const rows = await from.list({
      range,
      filter: {},
      direction: 'DESC',
      after: null,
      limit: null,
      knownAtMs: null,
    });
    await to.commit(rows, { ...range, firstReadMs: NOW_MS, lastReadMs: NOW_MS, dropped: 0 });
  }
}

function openArchive(store: ArchiveStore): Promise<Archive> {
  return createArchive(store, {
    rereads: REREADS,
    onFault(error) {
      throw error;
    },
  });
}

beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 1_500, eventsRows: 500 });
  plain = createAppOver(sandbox, ROOMY);
  const whole = await openDuckDbStore(join(folder, 'whole'));
  const copying = createAppOver(sandbox, ROOMY, { archive: await openArchive(whole) });
  for (const round of copying.syncRounds) await round(500, signal, NOW_MS - 36 * DAY_MS);
  await copying.close();
  stores.push(whole);
  for (const [name, spans] of Object.entries(HELD)) {
    const store = await openDuckDbStore(join(folder, name));
    stores.push(store);
    await fill(whole.usage, store.usage, spans);
    await fill(whole.events, store.events, spans);
    apps.set(name, createAppOver(sandbox, ROOMY, { archive: await openArchive(store) }));
  }
});
afterAll(async () => {
  await Promise.all([plain, ...apps.values()].map((app) => app.close()));
  await Promise.all(stores.map((store) => store.close()));
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const LISTS = [
  ['usageRecords', 'range: { last: "P34D" }'],
  ['usageRecords', 'range: { last: "P34D" }, filter: { status: FAILED, tags: ["production"] }'],
  ['usageRecords', 'range: { last: "P20D" }, filter: { ipAddress: "10.0.0.0/9", processTime: { gte: 50 } }'],
  ['usageRecords', 'range: { last: "P34D" }, filter: { searchText: "elements" }'],
  ['events', 'range: { last: "P34D" }'],
  ['events', 'range: { last: "P34D" }, orderBy: [{ field: TIMESTAMP, direction: ASC }]'],
  ['events', 'range: { last: "P10D" }, orderBy: [{ field: USERNAME, direction: ASC }]'],
  ['events', 'range: { last: "P34D" }, filter: { not: { action: { startsWith: "user" } } }'],
  ['timeline', 'range: { last: "P34D" }'],
  ['timeline', 'range: { last: "P34D" }, filter: { ipAddress: "10.0.0.0/8" }'],
] as const;

interface Listed {
  readonly nodes: readonly { readonly id: string }[];
  readonly coverage: readonly { readonly origin: string; readonly status: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

async function readAll(app: App, list: string, args: string, isFromEnd: boolean): Promise<readonly string[]> {
  const ids: string[] = [];
  const paging = isFromEnd ? 'last: 90, before: $cursor' : 'first: 90, after: $cursor';
  for (let cursor: string | null = null; ;) {
    const asked: Awaited<ReturnType<typeof askApp<Record<string, Listed>>>> = await askApp(
      app,
      `query ($cursor: String) { ${list}(${paging}, ${args}) { nodes { id } coverage { origin status } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      { cursor },
    );
    expect(asked.errors).toBeUndefined();
    const { nodes, pageInfo }: Listed = asked.data[list]!;
    const page = nodes.map(({ id }) => id);
    if (isFromEnd) ids.unshift(...page);
    else ids.push(...page);
    cursor = isFromEnd ? pageInfo.startCursor : pageInfo.endCursor;
    if (!(isFromEnd ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return ids;
  }
}

describe.each(Object.keys(HELD))('an archive that holds %s', (name) => {
  test.each(LISTS)('%s(%s) has the rows of the vendor, from both ends', async (list, args) => {
    const expected = await readAll(plain, list, args, false);
    expect(expected.length).toBeGreaterThan(10);
    expect(await readAll(apps.get(name)!, list, args, false)).toEqual(expected);
    expect(await readAll(apps.get(name)!, list, args, true)).toEqual(expected);
  });

  test.each([
    '{ usageRecords(range: { last: "P20D" }, filter: { processTime: { gte: 100 } }) { totalCount { value accuracy } } }',
    '{ events(range: { last: "P20D" }) { totalCount { value accuracy } } }',
    '{ eventFacets(range: { last: "P34D" }) { categories { values { value count } missing } ipAddresses { values { value count } missing } } }',
    '{ eventBreakdown(range: { last: "P34D" }, by: [CATEGORY, USERNAME], interval: WEEK) { groups { key { value } count firstAt lastAt buckets { count } } } }',
    '{ usageBreakdown(range: { last: "P34D" }, by: [ELEMENT], interval: WEEK) { groups { key { value } count processTime { p50 p95 avg } buckets { count } } other { count } } }',
  ])('%s counts as the vendor does', async (query) => {
    const [expected, given] = [await askApp(plain, query), await askApp(apps.get(name)!, query)];
    expect(expected.errors).toBeUndefined();
    expect(given.data).toEqual(expected.data);
  });
});
