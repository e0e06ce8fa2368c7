import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { App, AppOverrides } from '../../src/app.ts';
import { readConfig } from '../../src/config/load.ts';
import { readAlerts } from '../../src/http/alerts/file.ts';
import { listRounds, replay } from '../../src/http/alerts/replay.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { EXAMPLE_FILE, HOOK_KEY, HOOK_SECRET } from '../support/alert-examples.ts';
import { askApp, createAppOver, NOW_MS, PATIENT } from '../support/running-app.ts';

const HOUR_MS = 3_600_000;
const LAST_HOURS = { fromMs: NOW_MS - 3 * HOUR_MS, toMs: NOW_MS - HOUR_MS };
const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
const { signal } = new AbortController();
let sandbox: RunningSandbox;
const apps: App[] = [];

/** A service with this file of alerts. */
function open(file: string, overrides: AppOverrides = {}, env: Readonly<Record<string, string>> = {}): App {
  const path = join(folder, 'alerts.yaml');
  writeFileSync(path, file);
  const settings = { ...PATIENT, SIGHTLINE_ALERTS: path, ALERTS_SECRET: HOOK_SECRET, ...env };
  const app = createAppOver(sandbox, settings, overrides);
  apps.push(app);
  return app;
}

beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 2_000, eventsRows: 600 });
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

describe('an alert', () => {
  test.each([
    ['failed-logins', 1],
    ['element-fails', 2],
    ['no-calls', 4],
  ])('%s is answered with at most %i vendor calls', async (name, most) => {
    const sight = await open(EXAMPLE_FILE).alerts!.observe(name, LAST_HOURS, signal);
    expect(sight).toMatchObject({ seen: expect.stringMatching(/holds|clear/), reason: null });
    const calls = sight.tallies.reduce((sum, tally) => sum + tally.calls, 0);
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(most);
  });

  test('compares the number that a caller gets', async () => {
    const app = open(
      EXAMPLE_FILE.replace('usageRecords.totalCount.value, eq: 0', 'usageRecords.totalCount.value, gt: 0'),
    );
    const { value } = await app.alerts!.observe('no-calls', LAST_HOURS, signal);
    const range = `{ from: "${new Date(LAST_HOURS.fromMs).toISOString()}", to: "${new Date(LAST_HOURS.toMs).toISOString()}" }`;
    const { data } = await askApp<{ usageRecords: { totalCount: { value: number } } }>(
      app,
      `{ usageRecords(range: ${range}) { totalCount { value } } }`,
    );
    expect(value).toBe(data.usageRecords.totalCount.value);
    expect(value).toBeGreaterThan(0);
  });

  test('reads personal data only if its scopes name it', async () => {
    const app = open(EXAMPLE_FILE.replace('[events:read, pii:read]', '[events:read]'));
    const sight = await app.alerts!.observe('failed-logins', LAST_HOURS, signal);
    expect(sight).toMatchObject({
      seen: 'unknown',
      reason: expect.stringMatching(/^FORBIDDEN: .*pii:read/),
      tallies: [],
    });
  });

  test('has its line in the audit trail', async () => {
    const lines: AuditLine[] = [];
    const app = open(EXAMPLE_FILE, { audit: { take: (line) => lines.push(line) } });
    await app.alerts!.observe('failed-logins', LAST_HOURS, signal);
    expect(lines).toMatchObject([
      { callerKind: 'alert', caller: 'failed-logins', operation: 'FailedLogins', outcome: [], status: 200 },
    ]);
  });

  test('is unknown if the audit trail can not be written', async () => {
    const take = () => {
      throw new Error('full');
    };
    const sight = await open(EXAMPLE_FILE, { audit: { take } }).alerts!.observe(
      'no-calls',
      LAST_HOURS,
      signal,
    );
    expect(sight).toMatchObject({ seen: 'unknown', reason: "The audit trail can't be written." });
  });

  test('is unknown if a limit stops its scan', async () => {
    const app = open(EXAMPLE_FILE, {}, { SIGHTLINE_MAX_SCANNED_ROWS: '1' });
    const day = { fromMs: NOW_MS - 48 * HOUR_MS, toMs: NOW_MS - HOUR_MS };
    const sight = await app.alerts!.observe('element-fails', day, signal);
    expect(sight).toMatchObject({
      seen: 'unknown',
      reason: expect.stringMatching(/coverage of USAGE is TRUNCATED/),
    });
  });

  test('that needs more vendor calls than an operation may make is unknown', async () => {
    const app = open(EXAMPLE_FILE, {}, { SIGHTLINE_MAX_COST: '1' });
    const sight = await app.alerts!.observe('element-fails', LAST_HOURS, signal);
    expect(sight).toMatchObject({
      seen: 'unknown',
      reason: expect.stringMatching(/^LIMIT_EXCEEDED: /),
      tallies: [],
    });
  });

  test('would have fired in the past exactly when an address had more failures than it may', async () => {
    const file = EXAMPLE_FILE.replace('every: PT1M', 'every: PT1H')
      .replace('last: PT10M', 'last: PT1H')
      .replace('gt: 10', 'gt: 2');
    const app = open(file);
    const alert = app.alerts!.settings.find(({ name }) => name === 'failed-logins')!;
    const rounds = listRounds(alert, { fromMs: NOW_MS - 48 * HOUR_MS, toMs: NOW_MS });
    const fired: number[] = [];
    for await (const change of replay(alert, rounds, (range) =>
      app.alerts!.observe(alert.name, range, signal),
    ))
      if (change.state === 'firing') fired.push(change.atMs);
    const { data } = await askApp<{ events: { nodes: { timestamp: string; ipAddress: string }[] } }>(
      app,
      '{ events(range: { last: "P2D" }, filter: { action: { eq: "user-login-failure" } }, first: 500) { nodes { timestamp ipAddress } } }',
    );
    const holdsAt = (atMs: number): boolean => {
      const counts = new Map<string, number>();
      for (const { timestamp, ipAddress } of data.events.nodes) {
        const ms = Date.parse(timestamp);
        if (ms >= atMs - HOUR_MS && ms < atMs) counts.set(ipAddress, (counts.get(ipAddress) ?? 0) + 1);
      }
      return [...counts.values()].some((count) => count > 2);
    };
    const expected = rounds.filter(
      (atMs, index) => holdsAt(atMs) && (index === 0 || !holdsAt(rounds[index - 1]!)),
    );
    expect(rounds).toHaveLength(48);
    expect(expected.length).toBeGreaterThan(0);
    expect(fired).toEqual(expected);
  });
});

/** A receiver on this machine that answers with these statuses, one after the other, and then with 204. */
async function receive(...statuses: readonly number[]) {
  const left = [...statuses];
  const got: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString() });
      response.writeHead(left.shift() ?? 204, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    got,
    url: `http://127.0.0.1:${port}/hook?key=1`,
    close: () => new Promise((resolve) => void server.close(resolve)),
  };
}

test('a receiver gets signed messages over HTTP, and a redirect is no delivery', async () => {
  const receiver = await receive(307);
  const delivered = Promise.withResolvers<void>();
  let count = 0;
  const app = open(EXAMPLE_FILE.replaceAll('https://hooks.example.org/sightline', receiver.url), {
    // Only pauses between attempts end at once.
    alertWait: (ms, aborted) =>
      ms < 5_000
        ? Promise.resolve()
        : new Promise((_resolve, reject) => aborted.addEventListener('abort', () => reject(aborted.reason))),
    onDelivery({ outcome }) {
      count += Number(outcome === 'delivered');
      if (count === 2) delivered.resolve();
    },
  });
  app.alerts!.start();
  await delivered.promise;
  await app.close();
  await receiver.close();
  expect(new Set(receiver.got.map(({ path }) => path))).toEqual(new Set(['/hook?key=1']));
  expect(receiver.got.length).toBeGreaterThanOrEqual(3);
  for (const { headers, body } of receiver.got) {
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', HOOK_KEY).update(signed).digest('base64')}`,
    );
    expect(headers['content-type']).toBe('application/json');
  }
});

test('a service refuses settings that do not go with alerts', () => {
  const path = join(folder, 'alerts.yaml');
  writeFileSync(path, EXAMPLE_FILE);
  const faultsOf = (env: Readonly<Record<string, string>>) => {
    const settings = {
      ALERTS_SECRET: HOOK_SECRET,
      SIGHTLINE_SECRET: 'x'.repeat(32),
      SIGHTLINE_ALERTS: path,
      ...env,
    };
    const read = readConfig(settings, undefined, readAlerts);
    return read.kind === 'faults' ? read.faults : [];
  };
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({ VENDOR_CREDENTIALS: 'request' })).toEqual([
    expect.stringMatching(/beside VENDOR_CREDENTIALS/),
  ]);
  expect(faultsOf({ SIGHTLINE_SHARE_PORT: 'true' })).toEqual([
    expect.stringMatching(/beside SIGHTLINE_SHARE_PORT/),
  ]);
  expect(faultsOf({ SIGHTLINE_ALERTS: '/nowhere' })).toEqual([
    expect.stringMatching(/can't be read: \/nowhere$/),
  ]);
  expect(faultsOf({ ALERTS_SECRET: '' })).toHaveLength(3);
});
