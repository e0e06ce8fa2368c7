import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { openArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/archive.ts';
import { readConfig } from '../../src/config/load.ts';
import { readRedaction } from '../../src/config/archive.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { askApp, countCalls, createAppOver, NOW_MS, PATIENT, TEST_SECRET } from '../support/running-app.ts';

const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'archive-privacy-'));
/** The vendors are said to keep the last ten days. */
const ENV = { ...PATIENT, USAGE_API_RETENTION_DAYS: '10', EVENTS_API_RETENTION_DAYS: '10' };
let sandbox: RunningSandbox;
let archive: Archive;
let app: App;

beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 600, eventsRows: 300 });
  const parsed = readConfig({
    SIGHTLINE_SECRET: TEST_SECRET,
    SIGHTLINE_ARCHIVE: folder,
    SIGHTLINE_ARCHIVE_PERSONAL_DATA: 'pseudonymize',
  });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
  const { archive: place, secret } = parsed.config;
  archive = await openArchive(place!.location, {
    rereads: place!.rereads,
    redaction: readRedaction(place!, secret),
    onFault(error) {
      throw error;
    },
  });
  app = createAppOver(sandbox, ENV, { archive });
  for (const round of app.syncRounds) await round(100, new AbortController().signal, NOW_MS - 40 * DAY_MS);
});
afterAll(async () => {
  await app.close();
  await archive.close();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Listed {
  readonly events: {
    readonly nodes: readonly { readonly username: string | null; readonly ipAddress: string | null }[];
    readonly coverage: readonly { readonly origin: string; readonly status: string }[];
  };
}

const list = (range: string, filter = '') =>
  askApp<Listed>(
    app,
    `{ events(range: ${range}, ${filter} first: 500) { nodes { username ipAddress } coverage { origin status } } }`,
  );

test('as long as the vendor keeps rows it answers, because the archive has no personal data', async () => {
  const recent = await list('{ last: "P9D" }');
  expect(countCalls(recent, 'EVENTS')).toBeGreaterThan(0);
  expect(recent.data.events.coverage.every(({ origin }) => origin === 'VENDOR')).toBe(true);
  expect(recent.data.events.nodes.some(({ ipAddress }) => ipAddress !== null)).toBe(true);
});

test('what the vendor no longer keeps comes from the archive, with a pseudonym for each user', async () => {
  const old = await list('{ from: "2026-02-01T00:00:00Z", to: "2026-02-20T00:00:00Z" }');
  expect(old.upstream).toEqual([]);
  expect(old.data.events.coverage).toMatchObject([{ origin: 'ARCHIVE', status: 'COMPLETE' }]);
  const { nodes } = old.data.events;
  expect(nodes.length).toBeGreaterThan(50);
  expect(nodes.every(({ ipAddress }) => ipAddress === null)).toBe(true);
  const names = new Set(nodes.flatMap(({ username }) => username ?? []));
  expect(names.size).toBeGreaterThan(3);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
});

test('a filter by personal data is not answered from rows that have none', async () => {
  const filtered = await list(
    '{ from: "2026-02-01T00:00:00Z", to: "2026-02-20T00:00:00Z" }',
    'filter: { username: { isNull: false } },',
  );
  expect(filtered.data.events.coverage.some(({ origin }) => origin === 'ARCHIVE')).toBe(false);
  expect(filtered.data.events.coverage.every(({ status }) => status === 'EXPIRED')).toBe(true);
  const { errors } = await list(
    '{ last: "P1D", asKnownAt: "2026-03-04T12:00:00Z" }',
    'filter: { ipAddress: "10.0.0.1" },',
  );
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'filter' });
});

test('nothing personal is in the database', async () => {
  const events = await archive.events.list({
    range: { fromMs: 0, toMs: NOW_MS },
    filter: {},
    direction: 'DESC',
    after: null,
    limit: null,
    knownAtMs: null,
  });
  expect(events.length).toBeGreaterThan(200);
  for (const { description, ipAddress } of events) expect([description, ipAddress]).toEqual([null, null]);
});
