import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runInTest as run } from './run-in-test.ts';

const SMALL = ['--rows', '300,100', '--no-arrivals'];
const SECRET = { SIGHTLINE_SECRET: 'canary-of-more-than-32-characters' };

interface Answer {
  readonly data: Record<string, unknown>;
  readonly errors?: readonly {
    readonly path: readonly [string];
    readonly extensions: Record<string, unknown>;
  }[];
}

async function ask(url: string, query: string): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Answer;
}

/** Whether the service still answers. */
const isOpen = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe('start', () => {
  test('it also serves under node --watch', async () => {
    const service = run(SMALL, { PORT: '0' }, ['--watch']);
    const [, url] = await service.waitFor(/GraphiQL +(http:\/\/127\.0\.0\.1:\d+\/graphql)/);
    expect(await ask(url!, '{ service { version } }')).toMatchObject({ data: { service: {} } });
    service.child.kill('SIGTERM');
    await service.exit;
    expect(await isOpen(url!)).toBe(false);
  });

  test('without credentials it serves over sandboxes, and a signal ends both', async () => {
    const service = run(SMALL, { PORT: '0' });
    const [, url] = await service.waitFor(/GraphiQL +(http:\/\/127\.0\.0\.1:\d+\/graphql)/);
    expect(service.printed()).toContain('No credentials are set');

    const { data, errors } = await ask(
      url!,
      '{ usageRecords(first: 2) { nodes { recordId } } events(first: 2) { nodes { eventId } } service { version } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      usageRecords: { nodes: [{}, {}] },
      events: { nodes: [{}, {}] },
      service: { version: manifest.version },
    });
    await service.waitFor(/"path":"\/graphql","status":200/);
    await fetch(url!, { method: 'OPTIONS', headers: { origin: 'http://localhost:5173' } });
    await service.waitFor(/Set SIGHTLINE_CORS_ORIGINS=http:\/\/localhost:5173 to admit it/);

    const startedMs = performance.now();
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  test('after a signal to end it reports that it is not ready, and still answers requests for a short time', async () => {
    const service = run([], { PORT: '0', EVENTS_API_TOKEN: 'canary', ...SECRET });
    const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
    const readiness = async () => (await fetch(new URL('/health/ready', url))).status;
    expect(await readiness()).toBe(200);
    service.child.kill('SIGTERM');
    await expect.poll(readiness, { interval: 5 }).toBe(503);
    expect(await ask(url!, '{ service { version } }')).toMatchObject({ data: { service: {} } });
    expect(await service.exit).toBe(0);
  });

  test.runIf(existsSync('/proc/self/task'))(
    'SIGUSR1 opens no debugger, neither in the service nor in its sandbox',
    async () => {
      const service = run(SMALL, { PORT: '0' });
      const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
      const pid = service.child.pid!;
      const [sandboxPid] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      for (const one of [pid, Number(sandboxPid)]) process.kill(one, 'SIGUSR1');
      for (let n = 0; n < 3; n += 1) {
        expect(
          await ask(url!, '{ usageRecords(first: 1) { nodes { id } } events(first: 1) { nodes { id } } }'),
        ).not.toHaveProperty('errors');
      }
      service.child.kill('SIGTERM');
      expect(await service.exit).toBe(0);
      expect(service.printed()).not.toContain('Debugger');
    },
  );

  test('the scripts that serve turn SIGUSR1 off before the first line runs', () => {
    for (const script of [manifest.scripts.start, manifest.scripts.sandbox])
      expect(script).toContain(' --disable-sigusr1 ');
  });

  test("the service does not start if the audit trail can't be opened", async () => {
    const service = run([], {
      PORT: '0',
      EVENTS_API_TOKEN: 'canary',
      SIGHTLINE_AUDIT_LOG: '/dev/null/folder/audit.log',
      ...SECRET,
    });
    expect(await service.exit).toBe(1);
    expect(service.printed()).toMatch(
      /^sightline: SIGHTLINE_AUDIT_LOG names a file that can't be written: ENOTDIR/m,
    );
  });

  test.runIf(existsSync('/dev/full'))(
    "the service withholds every answer if the audit trail can't be written",
    async () => {
      const service = run([], {
        PORT: '0',
        EVENTS_API_TOKEN: 'canary',
        SIGHTLINE_AUDIT_LOG: '/dev/full',
        ...SECRET,
      });
      const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
      for (let n = 0; n < 2; n += 1) {
        const answer = await ask(url!, '{ service { version } }');
        expect(answer).toEqual({
          errors: [
            {
              message: expect.any(String) as unknown,
              extensions: { code: 'INTERNAL_SERVER_ERROR', retryAfterMs: 5_000 },
            },
          ],
        });
      }
      await service.waitFor(/ENOSPC/);
    },
  );

  test('it starts while a vendor is down, and its answers say what is wrong', async () => {
    const service = run([], {
      PORT: '0',
      EVENTS_API_URL: 'http://127.0.0.1:9/v1',
      EVENTS_API_TOKEN: 'canary',
      ...SECRET,
    });
    const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
    const { data, errors } = await ask(
      url!,
      '{ events { nodes { id } } usageRecords { nodes { id } } viewer { scopes } }',
    );
    expect(data).toMatchObject({
      events: null,
      usageRecords: null,
      viewer: { scopes: expect.any(Array) as unknown },
    });
    expect(
      Object.fromEntries((errors ?? []).map(({ path, extensions }) => [path[0], extensions])),
    ).toMatchObject({
      usageRecords: { code: 'SOURCE_NOT_CONFIGURED', source: 'USAGE' },
      events: { code: 'UPSTREAM_UNAVAILABLE', source: 'EVENTS' },
    });
    expect(service.printed()).not.toContain('canary');
  });

  test('all faults of the settings are reported together, without a secret', async () => {
    const service = run([], {
      PORT: 'x',
      USAGE_API_USER_SECRET: 'canary-1',
      EVENTS_API_TOKEN: 'canary 2',
      LOG_LEVEL: 'loud',
    });
    expect(await service.exit).toBe(1);
    for (const name of ['PORT', 'LOG_LEVEL', 'USAGE_API_ORGANIZATION_SECRET', 'EVENTS_API_TOKEN']) {
      expect(service.printed()).toContain(`sightline: ${name} `);
    }
    expect(service.printed()).not.toContain('canary');
  });

  test('a switch that there is not is refused, and the message names both lists of switches', async () => {
    const service = run(['--nothing'], {});
    expect(await service.exit).toBe(2);
    expect(service.printed()).toContain(
      'npm start -- --help and npm run sandbox -- --help list the switches.',
    );
  });

  test.each([
    ['real credentials', [], { EVENTS_API_TOKEN: 'canary' }],
    ['your own exports', ['--events', 'mine.json'], {}],
  ])('%s are not served to other machines, and the message says the way out', async (_name, args, env) => {
    const service = run(args, { HOST: '0.0.0.0', PORT: '0', ...env });
    expect(await service.exit).toBe(1);
    expect(service.printed()).toContain('Set HOST=127.0.0.1');
    expect(service.printed()).not.toContain('canary');
  });

  test('if each request brings its credentials, it starts on any address, without a sandbox', async () => {
    const service = run([], {
      PORT: '0',
      HOST: '0.0.0.0',
      VENDOR_CREDENTIALS: 'request',
      ...SECRET,
      EVENTS_API_URL: 'http://127.0.0.1:9/v1',
    });
    const [, port] = await service.waitFor(/GraphiQL +http:\/\/[^:]+:(\d+)/);
    await service.waitFor(/x-usage-authorization and x-events-authorization/);
    expect(service.printed()).not.toMatch(/sandbox|canary/);
    const { errors } = await ask(`http://127.0.0.1:${port}/graphql`, '{ events { nodes { id } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'SOURCE_NOT_CONFIGURED', source: 'EVENTS' } }]);
  });

  test.each([
    ['over made-up data', SMALL, 'needs credentials of the vendors, or your own files'],
    ['over your own exports without a secret', ['--events', 'mine.json'], 'needs a SIGHTLINE_SECRET'],
  ])('%s it shares no port, because each process would answer differently', async (_name, args, reason) => {
    const service = run(args, { PORT: '4000', SIGHTLINE_SHARE_PORT: 'true' });
    expect(await service.exit).toBe(1);
    expect(service.printed()).toContain(`SIGHTLINE_SHARE_PORT ${reason}`);
  });

  test.runIf(process.platform === 'linux')(
    'two that share a port start, and say what they do not share without Redis',
    async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const PORT = String((other.address() as AddressInfo).port);
      other.close();
      await once(other, 'close');
      const env = { PORT, SIGHTLINE_SHARE_PORT: 'true', EVENTS_API_TOKEN: 'canary', ...SECRET };
      const alone = run([], env);
      await alone.waitFor(/Without REDIS_URL each process on this port has its own cache/);
      const sharing = run([], { ...env, REDIS_URL: 'redis://127.0.0.1:9' });
      await sharing.waitFor(/GraphiQL +(\S+)/);
      sharing.child.kill('SIGINT');
      expect(await sharing.exit).toBe(0);
      expect(sharing.printed()).not.toContain('Without REDIS_URL');
    },
  );

  test('the message about a taken port says the way out', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const service = run([], { PORT: String(port), EVENTS_API_TOKEN: 'canary', ...SECRET });
    expect(await service.exit).toBe(1);
    expect(service.printed()).toContain(`Port ${port} is taken on 127.0.0.1. Set PORT`);
    other.close();
  });
});

describe('your own files', () => {
  const lines = [
    'id,usageDate,requestStatus',
    'a,2026-03-01T10:00:00Z,SUCCESS',
    'b,2026-03-02T10:00:00Z,FAILED',
  ];
  const header = 'id,timestamp,category,action';

  /** Writes files into a folder that is removed after the test. @returns their paths, in order */
  const write = (files: Readonly<Record<string, string>>): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'sightline-own-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return Object.entries(files).map(([name, content]) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    });
  };

  test('are served instead of sandboxes, and the banner says which rows they hold and which could not be read', async () => {
    const [one, two] = write({
      'one.csv': [...lines, 'c,soon,FAILED'].join('\n'),
      'two.ndjson': '{"traffic_id":"d","traffic_date":"2026-03-02T10:00:00Z"}',
    });
    const service = run(['--usage', one!, '--usage', two!], { PORT: '0' });
    const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
    await service.waitFor(/no file, so not configured/);
    expect(service.printed()).toContain('It serves your own files:');
    expect(service.printed()).toContain('one.csv, two.ndjson');
    expect(service.printed()).toContain('one.csv, line 4 has no time that can be read in usageDate');
    expect(service.printed()).toContain('WARNING: 25.0 % COULD NOT BE READ');
    expect(service.printed()).not.toMatch(/sandbox/i);

    const { data, errors } = await ask(
      url!,
      '{ usageRecords { to nodes { recordId } coverage { status code dropped } } events { nodes { id } } }',
    );
    expect(data).toMatchObject({
      usageRecords: {
        to: '2026-03-02T10:00:00.001Z',
        nodes: [{ recordId: 'd' }, { recordId: 'b' }, { recordId: 'a' }],
        coverage: [{ status: 'TRUNCATED', code: 'ROWS_DROPPED', dropped: 1 }, { status: 'EXPIRED' }],
      },
      events: null,
    });
    expect(errors).toMatchObject([{ path: ['events'], extensions: { code: 'SOURCE_NOT_CONFIGURED' } }]);
  });

  test('are reported in the log if there is no banner', async () => {
    const [file] = write({ 'calls.csv': [...lines, 'c,soon,FAILED'].join('\n') });
    const service = run(['--usage', file!], { PORT: '0', NODE_ENV: 'production' });
    await service.waitFor(/"msg":"rows of files could not be read"/);
    expect(service.printed()).toContain('"vendors":{"usage":"calls.csv","events":"not configured"}');
    expect(service.printed()).toMatch(/"unreadable":1,"firstUnreadable":\["calls\.csv, line 4 has no time/);
  });

  test.each([
    ['--usage', 'events.csv', `${header}\n1,2026-03-01T10:00:00Z,a,b`, 'which --events takes'],
    ['--events', 'wrapped.json', '{"data":[]}', "these were found: data. If the rows are in the list 'data'"],
    ['--events', 'empty.csv', header, 'it has no row at all'],
    ['--usage', 'gone.csv', null, 'there is no such file'],
  ])('%s %s: the service does not start, and says why', async (word, name, content, reason) => {
    const [file] = write({ [name]: content ?? '' });
    if (content === null) rmSync(file!);
    const service = run([word, file!], { PORT: '0' });
    expect(await service.exit).toBe(1);
    expect(service.printed()).toContain(reason);
    expect(service.printed()).toContain("Your files can't be served.");
    expect(service.printed()).not.toMatch(/sandbox/i);
  });
});

describe('the command line', () => {
  test('--help lists the commands, --version prints the version', async () => {
    const help = run(['--help']);
    const version = run(['--version']);
    expect([await help.exit, await version.exit]).toEqual([0, 0]);
    expect(help.printed()).toMatch(/npm start[\s\S]*npm run sandbox[\s\S]*\.env\.example/);
    expect(version.printed()).toBe(`${manifest.version}\n`);
  });

  test.each([
    [['--nonsense'], 'nonsense'],
    [['dance'], "There is no command 'dance'"],
    [['sandbox', '--rows', 'many'], '--rows'],
    [['print-schema', '--fast'], '--fast'],
  ])('%j is refused, and the message says what is wrong', async (args, words) => {
    const service = run(args);
    expect(await service.exit).toBe(2);
    expect(service.printed()).toContain(words);
  });

  test.each([
    [['--seed', '2'], 'switches of the sandbox'],
    [['--usage', 'calls.csv'], 'leave out --usage and --events, or the credentials'],
  ])('%j is refused if there are credentials', async (args, words) => {
    const service = run(args, { EVENTS_API_TOKEN: 'canary', ...SECRET });
    expect(await service.exit).toBe(2);
    expect(service.printed()).toContain(words);
  });
});

describe('sandbox', () => {
  test('it prints the settings of a service that talks to it, and a service works with them', async () => {
    const sandbox = run(['sandbox', ...SMALL]);
    await sandbox.waitFor(/EVENTS_API_PASSWORD=\S+/);
    const settings = Object.fromEntries(
      [...sandbox.printed().matchAll(/^ +(\w+)=(\S+)$/gm)].map(([, name, value]) => [name!, value!]),
    );
    const service = run([], { ...settings, PORT: '0' });
    const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
    const { errors } = await ask(
      url!,
      '{ usageRecords(first: 1) { nodes { id } } events(first: 1) { nodes { id } } }',
    );
    expect(errors).toBeUndefined();
    expect(service.printed()).not.toContain('No credentials');
    for (const { child, exit } of [sandbox, service]) {
      child.kill('SIGINT');
      expect(await exit).toBe(0);
    }
  });
});
