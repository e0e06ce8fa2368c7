import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { openArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/archive.ts';
import { Secret } from '../../src/base/secret.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { hasClickHouse, startClickHouse } from '../support/clickhouse-server.ts';
import { askApp, countCalls, createAppOver, NOW_MS, PATIENT } from '../support/running-app.ts';

describe.runIf(hasClickHouse)('two instances over one archive on ClickHouse', () => {
  const { signal } = new AbortController();
  let server: Awaited<ReturnType<typeof startClickHouse>>;
  let sandbox: RunningSandbox;
  let plain: App;
  const archives: Archive[] = [];
  const apps: App[] = [];
  const faults: unknown[] = [];

  beforeAll(async () => {
    server = await startClickHouse();
    sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 900, eventsRows: 300 });
    plain = createAppOver(sandbox, PATIENT);
    for (let at = 0; at < 2; at += 1) {
      const archive = await openArchive(
        { kind: 'clickhouse', url: new Secret(server.url('app')) },
        {
          rereads: { overlapMs: 900_000, settleMs: 86_400_000 },
          onFault: (error) => void faults.push(error),
        },
      );
      archives.push(archive);
      apps.push(createAppOver(sandbox, PATIENT, { archive }));
    }
  });
  afterAll(async () => {
    await Promise.all([plain, ...apps].map((app) => app.close()));
    await Promise.all(archives.map((archive) => archive.close()));
    await sandbox.close();
    await server.kill();
  });

  test('one copies, and both answer from what it has copied', async () => {
    const [first, second] = apps;
    const reports = await Promise.all(first!.syncRounds.map((round) => round(100, signal)));
    expect(reports.every(({ rows, isBehind }) => rows > 50 && !isBehind)).toBe(true);
    const idle = await Promise.all(second!.syncRounds.map((round) => round(100, signal)));
    expect(idle.map(({ calls }) => calls)).toEqual([0, 0]);
    const query = `{
      timeline(range: { last: "P25D" }, first: 400) { nodes { id } totalCount { value accuracy } coverage { origin } }
      eventFacets(range: { last: "P25D" }) { usernames { values { value count } missing } }
      usageBreakdown(range: { last: "P25D" }, by: [ELEMENT], interval: WEEK) { groups { key { value } count processTime { p95 avg } buckets { count } } }
    }`;
    const expected = await askApp<{ timeline: { nodes: unknown } }>(plain, query);
    expect(expected.errors).toBeUndefined();
    for (const app of apps) {
      const given = await askApp<{ timeline: { nodes: unknown; coverage: readonly { origin: string }[] } }>(
        app,
        query,
      );
      expect(given.data.timeline.nodes).toEqual(expected.data.timeline.nodes);
      expect({ ...given.data, timeline: null }).toEqual({ ...expected.data, timeline: null });
      expect(given.data.timeline.coverage.some(({ origin }) => origin === 'ARCHIVE')).toBe(true);
      expect(countCalls(given, 'USAGE') + countCalls(given, 'EVENTS')).toBeLessThanOrEqual(10);
    }
    expect(faults).toEqual([]);
  });

  test('a server that is gone leaves the answers to the vendors', async () => {
    await server.kill();
    const query =
      '{ events(range: { last: "P20D" }, first: 200) { nodes { id } coverage { origin status } } }';
    const expected = await askApp<{ events: { nodes: unknown } }>(plain, query);
    const given = await askApp<{ events: { nodes: unknown; coverage: readonly { origin: string }[] } }>(
      apps[1]!,
      query,
    );
    expect(given.data.events.nodes).toEqual(expected.data.events.nodes);
    expect(given.data.events.coverage.every(({ origin }) => origin === 'VENDOR')).toBe(true);
    expect(faults.length).toBeGreaterThan(0);
  });
});
