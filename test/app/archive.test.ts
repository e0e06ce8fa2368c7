import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { openArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/archive.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { askApp, countCalls, createAppOver, NOW_MS, PATIENT } from '../support/running-app.ts';

const REREADS = { overlapMs: 900_000, settleMs: 86_400_000 };
const folder = mkdtempSync(join(tmpdir(), 'archive-app-'));
let sandbox: RunningSandbox;
let archive: Archive;
let plain: App;
let app: App;

const { signal } = new AbortController();

async function copyAll(one: App): Promise<void> {
  for (const round of one.syncRounds) {
    let report;
    do report = await round(20, signal);
    while (report.isBehind);
    expect(report.failure).toBeNull();
  }
}

beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 3_000, eventsRows: 900 });
  archive = await openArchive(
    { kind: 'duckdb', folder },
    {
      rereads: REREADS,
      onFault(error) {
        throw error;
      },
    },
  );
  plain = createAppOver(sandbox, PATIENT);
  app = createAppOver(sandbox, PATIENT, { archive, clock: { now: () => sandbox.now() } });
  await copyAll(app);
});
afterAll(async () => {
  await app.close();
  await plain.close();
  await archive.close();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every page of a list, one after the other. */
async function readAll(one: App, list: string, args: string): Promise<{ ids: string[]; calls: number }> {
  const ids: string[] = [];
  let calls = 0;
  let after: string | null = null;
  do {
    const asked: Awaited<ReturnType<typeof askApp<Record<string, Listed>>>> = await askApp(
      one,
      `query ($after: String) { ${list}(first: 300, after: $after, ${args}) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    expect(asked.errors).toBeUndefined();
    calls += countCalls(asked, 'USAGE') + countCalls(asked, 'EVENTS');
    const page: Listed = asked.data[list]!;
    ids.push(...page.nodes.map(({ id }) => id));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  return { ids, calls };
}

interface Listed {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface Known {
  readonly nodes?: readonly { readonly firstSeenAt: string | null }[];
  readonly coverage: readonly { readonly status: string; readonly origin: string }[];
  readonly totalCount?: { readonly value: number };
}

describe('a list over the archive', () => {
  test.each([
    ['usageRecords', 'range: { last: "P30D" }'],
    ['usageRecords', 'range: { last: "P30D" }, filter: { status: FAILED }'],
    ['usageRecords', 'range: { last: "P20D" }, filter: { ipAddress: "10.0.0.0/8" }'],
    ['events', 'range: { last: "P30D" }'],
    ['events', 'range: { last: "P30D" }, filter: { username: { contains: "a" } }'],
    ['events', 'range: { last: "P30D" }, orderBy: [{ field: TIMESTAMP, direction: ASC }]'],
    ['timeline', 'range: { last: "P30D" }'],
  ])(
    '%s(%s) gives the rows of the vendor with no more calls than its newest minutes need',
    async (list, args) => {
      const [expected, given] = [await readAll(plain, list, args), await readAll(app, list, args)];
      expect(given.ids).toEqual(expected.ids);
      expect(new Set(given.ids).size).toBe(given.ids.length);
      expect(given.ids.length).toBeGreaterThan(20);
      expect(given.calls).toBeLessThanOrEqual(list === 'timeline' ? 4 : 2);
    },
  );

  test('says what comes from the archive and what from the vendor', async () => {
    const { data } = await askApp<{
      events: { coverage: readonly { asOf: string; to: string }[]; totalCount: unknown };
    }>(
      app,
      `{ events(range: { last: "P3D" }, first: 500, filter: { username: { isNull: false } }) {
        totalCount { value accuracy }
        coverage { status origin from to asOf }
      } }`,
    );
    const { coverage } = data.events;
    expect(coverage).toMatchObject([
      { status: 'FILLING', origin: 'VENDOR' },
      { status: 'COMPLETE', origin: 'VENDOR' },
      { status: 'COMPLETE', origin: 'ARCHIVE' },
    ]);
    const held = coverage[2]!;
    expect(Date.parse(held.asOf) - Date.parse(held.to)).toBe(REREADS.overlapMs);
    expect(data.events.totalCount).toMatchObject({ accuracy: 'EXACT' });
  });

  test.each([
    '{ eventFacets(range: { last: "P30D" }) { categories { missing values { value count } } usernames { missing values { value count } } ipAddresses { missing values { value count } } } }',
    '{ eventFacets(range: { last: "P30D" }, filter: { category: { eq: "authentication" }, not: { username: { isNull: true } } }) { categories { values { value count } } actions { values { value count } } } }',
    '{ usageBreakdown(range: { last: "P3D" }, by: [ELEMENT], interval: DAY) { other { count } groups { key { value } count processTime { min avg p50 p95 p99 max } buckets { timestamp count statuses { success failed } processTime { p95 } } } } }',
    '{ usageBreakdown(range: { last: "P3D" }, filter: { status: FAILED }, by: [ELEMENT, ACCOUNT], top: 3) { other { count } groups { key { value } count statuses { failed } } } }',
    '{ eventBreakdown(range: { last: "P30D" }, by: [ACTION, USERNAME], interval: WEEK, timeZone: "Asia/Kathmandu") { other { count firstAt } groups { key { value } count firstAt lastAt buckets { count } } } }',
    '{ usageRecords(range: { last: "P3D" }, filter: { status: FAILED, processTime: { gte: 100 } }, first: 1) { totalCount { value accuracy } } }',
    '{ events(range: { last: "P30D" }, filter: { searchText: "logged" }, first: 1) { totalCount { value accuracy } } }',
  ])('%s counts as the vendor does, with no more calls than its newest minutes need', async (query) => {
    const [expected, given] = [await askApp<object>(plain, query), await askApp<object>(app, query)];
    expect(expected.errors).toBeUndefined();
    expect(given.data).toEqual(expected.data);
    expect(countCalls(given, 'USAGE') + countCalls(given, 'EVENTS')).toBeLessThanOrEqual(2);
    expect(given.errors).toBeUndefined();
  });

  test('answers as it knew the rows at a moment, without a call, and says of what it had not read that it is unknown', async () => {
    const ask = async (asKnownAt: string) => {
      const asked = await askApp<{ events: Known; eventBreakdown: Known }>(
        app,
        `query ($at: DateTime!) {
          events(range: { last: "P30D", asKnownAt: $at }, first: 5) { nodes { id firstSeenAt } coverage { status origin reason } totalCount { value accuracy } }
          eventBreakdown(range: { last: "P30D", asKnownAt: $at }, by: [CATEGORY]) { groups { count } coverage { status origin } }
        }`,
        { at: asKnownAt },
      );
      expect(asked.errors).toBeUndefined();
      expect(asked.upstream).toEqual([]);
      return asked.data;
    };
    const before = await ask(new Date(NOW_MS - 1_000).toISOString());
    expect(before.events).toMatchObject({
      nodes: [],
      coverage: [
        { status: 'FAILED', origin: 'NONE', reason: expect.stringContaining('asKnownAt') as string },
      ],
      totalCount: { value: 0, accuracy: 'AT_LEAST' },
    });
    expect(before.eventBreakdown).toMatchObject({ groups: [], coverage: [{ status: 'FAILED' }] });
    const after = await ask(new Date(sandbox.now()).toISOString());
    const [newest] = after.events.nodes ?? [];
    expect(Date.parse(newest?.firstSeenAt ?? '')).toBeGreaterThanOrEqual(NOW_MS);
    expect(after.events.nodes).toHaveLength(5);
    expect(after.events.totalCount?.value).toBeGreaterThan(500);
    // The moments since the copy were not read.
    expect(after.events.coverage.at(-1)).toMatchObject({ status: 'COMPLETE', origin: 'ARCHIVE' });
    expect(after.eventBreakdown.coverage.at(-1)).toMatchObject({ status: 'COMPLETE', origin: 'ARCHIVE' });
  });

  test.each([
    [
      '{ usageAnalytics(range: { last: "P1D", asKnownAt: "2026-03-04T12:00:00Z" }) { totals { count } } }',
      'range.asKnownAt',
    ],
    [
      '{ usageRecords(range: { last: "P1D", asKnownAt: "2026-03-04T12:00:00Z" }, filter: { hub: "crm" }) { nodes { id } } }',
      'filter.hub',
    ],
  ])('%s is refused, and names %s', async (query, argument) => {
    const { errors } = await askApp(app, query);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test("what the archive holds agrees with the vendor's own series", async () => {
    const range = '{ from: "2026-02-20T00:00:00Z", to: "2026-03-04T00:00:00Z" }';
    const { data, errors } = await askApp<{
      usageAnalytics: { totals: object; buckets: readonly object[] };
      usageBreakdown: {
        groups: readonly { key: readonly { value: string }[]; count: number; buckets: readonly object[] }[];
      };
      failures: { groups: readonly { count: number }[] };
    }>(
      app,
      `{
        usageAnalytics(range: ${range}, interval: DAY) { totals { count elements { elementKey count } statuses { success failed } processTime { min max } } buckets { timestamp elements { elementKey count } } }
        usageBreakdown(range: ${range}, by: [ELEMENT], interval: DAY, top: 500) { groups { key { value } count statuses { success failed } processTime { min max } buckets { timestamp count } } }
        failures: usageBreakdown(range: ${range}, by: [STATUS]) { groups { key { value } count } coverage { origin status } }
      }`,
    );
    expect(errors).toBeUndefined();
    const { groups } = data.usageBreakdown;
    const named = groups.filter(({ key }) => key[0]?.value != null);
    expect(data.usageAnalytics.totals).toMatchObject({
      count: groups.reduce((sum, { count }) => sum + count, 0),
      elements: expect.arrayContaining(
        named.map(({ key, count }) => ({ elementKey: key[0]!.value, count })),
      ) as unknown,
    });
    expect(data.failures).toMatchObject({ coverage: [{ origin: 'ARCHIVE', status: 'COMPLETE' }] });
  });

  test('the service says what its archive holds', async () => {
    const asked = await askApp<{ service: { archive: { sources: readonly { rows: number }[] } } }>(
      app,
      '{ service { archive { engine sources { source rows bytes held { from to } lag sealedTo } } } }',
    );
    expect(asked.data.service.archive).toMatchObject({
      engine: 'duckdb',
      sources: [
        { source: 'USAGE', held: [{ to: expect.any(String) as string }], sealedTo: null },
        { source: 'EVENTS', held: [{ to: expect.any(String) as string }], sealedTo: null },
      ],
    });
    for (const { rows } of asked.data.service.archive.sources) expect(rows).toBeGreaterThan(500);
    expect(asked.upstream).toEqual([]);
  });

  test('reads one entry that it holds without a call', async () => {
    const listed = await askApp<{ timeline: { nodes: readonly { id: string }[] } }>(
      app,
      '{ timeline(range: { last: "P30D" }, last: 4) { nodes { id } } }',
    );
    const ids = listed.data.timeline.nodes.map(({ id }) => id);
    const read = await askApp<{ nodes: readonly { id: string }[] }>(
      app,
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids },
    );
    expect(read.data.nodes.map(({ id }) => id)).toEqual(ids);
    expect(read.upstream).toEqual([]);
  });
});
