import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../src/doctor/report.ts';
import { createApiKey } from '../../src/http/identity/api-keys.ts';
import type { NewApiKey } from '../../src/http/identity/api-keys.ts';
import { runInTest as run } from './run-in-test.ts';

const SMALL = ['--rows', '2000,300', '--no-arrivals'];

test('the doctor names its calls, then reports each line, and ends with 0 if nothing is wrong', async () => {
  const service = run(['doctor', ...SMALL, '--page-offset', 'pages', '--dialect', 'camel']);
  expect(await service.exit).toBe(0);
  const printed = service.printed();
  expect(printed).toMatch(/^Vendor calls, at most \(10\):/);
  expect(printed).toContain('pageOffset: it counts pages');
  expect(printed).toContain('dialect: camelCase, as in 2014');
  expect(printed).toMatch(/Nothing is wrong\.\n$/);
});

test('a running service has itself examined for a caller with the scope doctor, and holds its own archive', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const made = createApiKey('admin', ['doctor']) as NewApiKey;
  const service = run([...SMALL, '--archive', folder], { PORT: '0', SIGHTLINE_API_KEYS: made.line });
  const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
  const response = await fetch(new URL('/health/doctor', url), { headers: { 'x-api-key': made.key } });
  const { right, findings } = (await response.json()) as Report;
  expect([response.status, right]).toEqual([200, true]);
  expect(findings.filter(({ subject }) => subject === 'ARCHIVE').map(({ asked }) => asked)).toEqual([
    'the ledger (duckdb) of USAGE',
    'the ledger (duckdb) of EVENTS',
  ]);
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
});

test('the doctor ends with 1 and a line for each fault of the settings, also as JSON', async () => {
  const service = run(['doctor', '--json'], { USAGE_API_USER_SECRET: 'only-one-of-two-secrets', PORT: 'x' });
  expect(await service.exit).toBe(1);
  const { right, findings } = JSON.parse(service.printed()) as {
    readonly right: boolean;
    readonly findings: readonly { readonly came: string }[];
  };
  expect(right).toBe(false);
  expect(findings.map(({ came }) => came)).toEqual([
    expect.stringContaining('PORT'),
    expect.stringContaining('USAGE_API_ORGANIZATION_SECRET'),
  ]);
  expect(service.printed()).not.toContain('only-one-of');
});

test('the doctor ends with 1 if no vendor can be reached', async () => {
  const service = run(['doctor'], {
    EVENTS_API_TOKEN: 'token-of-the-doctor',
    EVENTS_API_URL: 'http://127.0.0.1:9/v1',
  });
  expect(await service.exit).toBe(1);
  expect(service.printed()).toContain('UPSTREAM_UNAVAILABLE');
  expect(service.printed()).not.toContain('token-of-the-doctor');
});

test.each([
  [['--watch'], '--watch needs the name of a file'],
  [['--rounds', '2'], 'switches of --watch'],
  [['--watch', 'f', '--every', 'soon'], '--every needs a duration'],
  [['--no-such-switch'], 'no-such-switch'],
])('the doctor refuses %j with 2', async (args, reason) => {
  const service = run(['doctor', ...args]);
  expect(await service.exit).toBe(2);
  expect(service.printed()).toContain(reason);
});

test('the doctor learns from its first look, and keeps it in a file for the next', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'learnt');
  const look = async () => {
    const service = run(['doctor', ...SMALL, '--watch', file, '--rounds', '1']);
    return { status: await service.exit, printed: service.printed() };
  };
  expect(await look()).toMatchObject({
    status: 0,
    printed: expect.stringContaining('The first look learns'),
  });
  const learnt = readFileSync(file, 'utf8');
  expect(JSON.parse(learnt)).toMatchObject({ version: 1, USAGE: { isOrdered: true } });

  writeFileSync(file, learnt.replaceAll('"traffic_date"', '"traffic_day"'));
  const second = await look();
  expect(second.status).toBe(1);
  expect(second.printed).toContain("USAGE: the field 'traffic_day' is gone");

  writeFileSync(file, 'somebody wrote this');
  expect((await look()).status).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe('somebody wrote this');
});
