import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { makeEvent, makeUsageRecord } from '../support/archive-rows.ts';
import { fill, readOf, removeDay } from '../support/sealed-folder.ts';
import { runInTest } from './run-in-test.ts';

const root = mkdtempSync(join(tmpdir(), 'archive-command-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const DAY = '2026-03-03';
const FROM_MS = Date.parse(DAY);
const TO_MS = FROM_MS + 86_400_000;

async function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ran = runInTest(['archive', ...words], env);
  return { code: await ran.exit, printed: ran.printed() };
}

test('a day is sealed, verified and restored by commands alone, and a removed day is missed', async () => {
  const archive = join(root, 'archive');
  const store = await openDuckDbStore(archive);
  const rows = {
    usage: [makeUsageRecord({ id: 'a', timestampMs: FROM_MS })],
    events: [makeEvent({ id: '7', timestampMs: FROM_MS + 1_000 })],
  };
  await fill(store, rows, readOf(FROM_MS, TO_MS));

  const key = join(root, 'key.pem');
  const out = join(root, 'sealed');
  const pair = await run(['make-key', key]);
  expect(pair).toMatchObject({ code: 0, printed: expect.stringContaining(`${key}.pub`) as string });
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(await run(['make-key', key])).toMatchObject({ code: 1 });

  const words = ['export-day', DAY, '--out', out, '--key', key];
  const busy = await run(words, { SIGHTLINE_ARCHIVE: archive });
  expect(busy.printed).toContain('is open in another process');
  expect(busy.code).toBe(1);
  await store.close();

  const sealed = await run(words, { SIGHTLINE_ARCHIVE: archive });
  expect(sealed.printed).toMatch(
    /^usage\/2026-03-03\.json: sealed, 1 rows\nevents\/2026-03-03\.json: sealed, 1 rows\nhead: [0-9a-f]{64}\n$/,
  );
  const [, head = ''] = /head: (\S+)/.exec(sealed.printed) ?? [];
  const again = await run([...words, '--archive', archive, '--source', 'usage']);
  expect(again.printed).toBe(
    `usage/2026-03-03.json: was sealed before, with the same rows, 1 rows\nhead: ${head}\n`,
  );

  const refused = await run([...words, '2026-03-04', '--archive', archive]);
  expect(refused.code).toBe(1);
  expect(refused.printed).toContain(`head: ${head}\nsightline: USAGE of 2026-03-04 can't be sealed`);

  const verify = ['verify', out, '--key', `${key}.pub`, '--head', head];
  expect(await run(verify)).toEqual({
    code: 0,
    printed: `${out}: 2 manifests, 2 rows, no fault\nhead: ${head}\n`,
  });
  const other = join(root, 'restored');
  const restored = await run(['restore', out, '--key', `${key}.pub`, '--archive', other]);
  expect(restored).toEqual({
    code: 0,
    printed: `${out}: 2 days restored, 2 rows written, 0 days were there\n`,
  });
  const second = await openDuckDbStore(other);
  expect(await second.usage.find(['a'])).toMatchObject(rows.usage);
  expect(await second.events.find(['7'])).toMatchObject(rows.events);
  await second.close();

  removeDay(out, `events/${DAY}`);
  const missed = await run(verify);
  expect(missed.code).toBe(1);
  expect(missed.printed).toContain(`sightline: usage/${DAY}.json is the newest manifest`);
  expect(readFileSync(key, 'utf8')).toContain('PRIVATE KEY');
}, 120_000);

const COMMANDS = [
  'status',
  'backfill',
  'compact',
  'copy',
  'export-day',
  'verify',
  'restore',
  'make-key',
] as const;

test('an archive is filled, looked at, compacted and copied by commands alone', async () => {
  const sandbox = await startSandbox({ arrivals: false, usageRows: 300, eventsRows: 100 });
  const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
  const archive = join(root, 'filled');
  const env = {
    SIGHTLINE_ARCHIVE: archive,
    SIGHTLINE_SECRET: 'a secret for the tests and for no others',
    USAGE_API_URL: sandbox.usageUrl,
    USAGE_API_USER_SECRET: usageUserSecret,
    USAGE_API_ORGANIZATION_SECRET: usageOrganizationSecret,
    EVENTS_API_URL: sandbox.eventsUrl,
    EVENTS_API_TOKEN: eventsToken,
  };
  const from = new Date(Date.now() - 60 * 86_400_000).toISOString();
  const filled = await run(['backfill', '--from', from], env);
  await sandbox.close();
  expect(filled.code).toBe(0);
  const [, usage] = /^USAGE: (\d{3}) rows, back to \S+, \d calls$/m.exec(filled.printed) ?? [];
  const [, events] = /^EVENTS: (\d{3}) rows, back to \S+, \d calls$/m.exec(filled.printed) ?? [];
  const status = await run(['status'], env);
  expect(status.code).toBe(0);
  expect(status.printed).toContain(`engine: duckdb\nUSAGE: ${usage} rows, `);
  expect(status.printed).toContain(`\nEVENTS: ${events} rows, `);
  expect(status.printed.match(/^ {2}late {2}/gm)).toHaveLength(2);
  expect(status.printed).not.toContain('gap ');
  expect(await run(['compact'], env)).toMatchObject({ code: 0 });
  const other = join(root, 'copied');
  expect(await run(['copy', '--to', other], env)).toMatchObject({ code: 0 });
  const copied = await run(['status', '--archive', other], env);
  expect(copied.printed).toContain(`USAGE: ${usage} rows`);
  expect(copied.printed).toContain(`EVENTS: ${events} rows`);
}, 120_000);

describe('a command is refused, and the message says why', () => {
  test.each([
    [[], 2, 'archive needs a command.'],
    [['everything'], 2, "no command 'everything'"],
    [['constructor'], 2, "no command 'constructor'"],
    [['verify'], 2, 'verify needs one folder'],
    [['verify', 'x', '--keys', 'y'], 2, '--keys'],
    [['verify', 'x', '--key', 'nowhere'], 1, "The key can't be read"],
    [['export-day', '--out', 'x', '--key', 'y'], 2, 'export-day needs a day'],
    [['export-day', DAY, '--out', 'x', '--key', 'y', '--source', 'both'], 2, 'usage or events'],
    [['restore', 'x'], 2, 'restore needs one folder'],
    [['backfill'], 2, 'backfill needs --from and a time'],
    [['backfill', '--from', '2026-01-01', '--archive', 'x'], 2, 'needs the credentials of a vendor'],
    [['copy'], 2, 'copy needs --to'],
    [['status', '--all'], 2, '--all'],
    [['make-key'], 2, 'make-key needs'],
  ])('%j', async (words, code, reason) => {
    const ran = await run(words);
    expect(ran.printed).toContain(reason);
    expect(ran.code).toBe(code);
  });

  test.each([
    ['there is no archive', { SIGHTLINE_ARCHIVE: join(root, 'nowhere') }, 'There is no archive in'],
    [
      'its ClickHouse is gone',
      { SIGHTLINE_ARCHIVE: 'clickhouse://127.0.0.1:1' },
      'ClickHouse at http://127.0.0.1:1',
    ],
    ['none is named', {}, 'Name the archive by --archive FOLDER or SIGHTLINE_ARCHIVE'],
  ])('because %s', async (name, env, reason) => {
    const key = join(root, name);
    await run(['make-key', key]);
    const ran = await run(['export-day', DAY, '--out', 'x', '--key', key], env);
    expect(ran.printed).toContain(reason);
    expect(ran.code).toBe(1);
  });

  test('the folder is that of a service over a sandbox, whose archive lies below: status names it, and makes none', async () => {
    const folder = join(root, 'over-sandbox');
    const below = join(folder, 'sandbox');
    await (await openDuckDbStore(below)).close();
    const refused = await run(['status', '--archive', folder]);
    expect(refused).toMatchObject({
      code: 1,
      printed: expect.stringContaining(`is in ${below}: name it by --archive`),
    });
    expect(readdirSync(folder)).toEqual(['sandbox']);
    expect(await run(['status', '--archive', below])).toMatchObject({ code: 0 });
  }, 120_000);

  test('--help and an unknown command print each command', async () => {
    for (const words of [['--help'], ['nothing']])
      for (const name of COMMANDS) expect((await run(words)).printed).toContain(`  ${name} `);
  });
});

test('the rows of one person are erased by a command, which says of which days, and the status keeps the record', async () => {
  const archive = join(root, 'erasing');
  const store = await openDuckDbStore(archive);
  const rows = {
    usage: [
      makeUsageRecord({ id: 'a', timestampMs: FROM_MS, userName: 'bob' }),
      makeUsageRecord({ id: 'b', timestampMs: FROM_MS + 1, userName: 'ann' }),
      makeUsageRecord({ id: 'c', timestampMs: FROM_MS + 2, requestIP: '192.0.2.7' }),
    ],
    events: [makeEvent({ id: '7', timestampMs: FROM_MS + 1_000, username: 'bob' })],
  };
  await fill(store, rows, readOf(FROM_MS, TO_MS));
  await store.close();
  const env = { SIGHTLINE_ARCHIVE: archive };
  expect(await run(['erase'], env)).toMatchObject({
    code: 2,
    printed: expect.stringContaining(
      '--username and a name, --user-id and an id, or --address and an address',
    ) as string,
  });
  for (const address of ['192.0.2.0/24', '192.0.2.7, 192.0.2.8', 'bob'])
    expect(await run(['erase', '--address', address], env)).toMatchObject({
      code: 2,
      printed: expect.stringContaining('--address needs one IPv4 or IPv6 address') as string,
    });
  const erased = await run(['erase', '--username', 'bob'], env);
  expect(erased).toMatchObject({ code: 0 });
  expect(erased.printed).toMatch(
    /erased by username: subject [0-9a-f]{64}\n {2}USAGE: 1 rows of 2026-03-03\n {2}EVENTS: 1 rows of 2026-03-03\n/,
  );
  expect((await run(['erase', '--address', '::ffff:192.0.2.7'], env)).printed).toMatch(
    /erased by address: subject [0-9a-f]{64}\n {2}USAGE: 1 rows of 2026-03-03\n {2}EVENTS: 0 rows\n/,
  );
  const status = await run(['status'], env);
  expect(status.printed).toContain('USAGE: 1 rows');
  expect(status.printed).toMatch(/erased 20\S+ by username: subject [0-9a-f]{64}, 1 usage records, 1 events/);
}, 120_000);

describe.skipIf(!existsSync('/proc/self'))('a folder that can not be made', () => {
  const SETTINGS = { PORT: '0', SIGHTLINE_ARCHIVE: '/proc/nowhere' };

  test.each([
    ['a sandbox', {}],
    [
      'vendors',
      {
        EVENTS_API_TOKEN: 'canary',
        SIGHTLINE_SECRET: 'canary-of-more-than-32-characters',
        EVENTS_API_URL: 'http://127.0.0.1:9/v1',
      },
    ],
  ])(
    'ends the start of a service over %s, and says what to do',
    async (_served, env) => {
      const service = runInTest([], { ...SETTINGS, ...env });
      expect(await service.exit).toBe(1);
      expect(service.printed()).toContain("can't be made. Name a folder that this process may write to.");
    },
    120_000,
  );
});
