import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { MADE_UP_SECRET } from '../../src/config/secret.ts';
import { createCursorSealer, digestQuery } from '../../src/graph/paging/cursor.ts';
import { runInTest as run } from './run-in-test.ts';
import type { RunningService } from './run-service.ts';

const SMALL = ['--rows', '300,100', '--no-arrivals'];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Started {
  readonly service: RunningService;
  readonly url: string;
  readonly sandboxPid: number;
}

/** A service that has begun to serve over its own sandbox. */
async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Started> {
  const service = run(args, { PORT: '0', ...env });
  const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
  const [sandboxPid] = childrenOf(service.child.pid!);
  return { service, url: url!, sandboxPid: sandboxPid! };
}

function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((name) =>
      readOr(`/proc/${name}/stat`, '')
        .replace(/^.*\) \S /s, '')
        .startsWith(`${pid} `),
    )
    .map(Number);
}

/** The number of TCP ports that a process listens on. */
function countPorts(pid: number): number {
  const listening = ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/${pid}/net/${family}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map((words) => `socket:[${words[9]}]`),
  );
  const held = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOr(`/proc/${pid}/fd/${fd}`, ''));
  return listening.filter((socket) => held.includes(socket)).length;
}

const readOr = (path: string, fallback: string): string => tryOr(() => readFileSync(path, 'utf8'), fallback);
const linkOr = (path: string, fallback: string): string => tryOr(() => readlinkSync(path), fallback);

/** Processes and their files may disappear while the test reads them. */
function tryOr<T>(read: () => T, fallback: T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}

async function ask(url: string, query: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as {
    readonly data: Record<string, { readonly pageInfo: { readonly endCursor: string } } | null> | null;
    readonly errors?: readonly { readonly extensions: Record<string, unknown> }[];
  };
}

/** The status of an answer over a vendor's socket. */
function askSocket(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, headers: { host: 'localhost' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('the sandbox behind a service', () => {
  test('listens on sockets in a folder that only this user may enter, and on no port', async () => {
    const folder = makeFolder();
    const { service, sandboxPid } = await start(SMALL, { TMPDIR: folder });
    const [sockets, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(statSync(join(folder, sockets!)).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, sockets!)).toSorted()).toEqual(['events', 'usage']);
    expect(await askSocket(join(folder, sockets!, 'usage'), '/elements/api-v2/usage')).toBe(401);
    expect([service.child.pid!, sandboxPid].map(countPorts)).toEqual([1, 0]);

    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('ends if its service is killed, and leaves no files', async () => {
    const folder = makeFolder();
    const { service, sandboxPid } = await start(SMALL, { TMPDIR: folder });
    expect(readdirSync(folder)).toHaveLength(1);
    service.child.kill('SIGKILL');
    await service.exit;
    await expect.poll(() => readOr(`/proc/${sandboxPid}/stat`, ''), { timeout: 10_000 }).toBe('');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('ends the service if it dies; the service says so and leaves no files', async () => {
    const folder = makeFolder();
    const { service, sandboxPid } = await start(SMALL, { TMPDIR: folder });
    process.kill(sandboxPid, 'SIGKILL');
    expect(await service.exit).toBe(1);
    expect(service.printed()).toContain(
      'sightline: The sandbox has ended (SIGKILL), and the service ends with it.',
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test('ignores a signal that a supervisor sends to both, so that the service answers open requests', async () => {
    const { service, url, sandboxPid } = await start(SMALL);
    process.kill(sandboxPid, 'SIGTERM');
    process.kill(sandboxPid, 'SIGINT');
    expect(await ask(url, '{ events(first: 1) { pageInfo { endCursor } } }')).not.toHaveProperty('errors');
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  });

  test.each(['--usage-port', '--events-port'])(
    'takes no %s: nothing but its service may talk to it',
    async (name) => {
      const service = run([...SMALL, name, '4999'], { PORT: '0' });
      expect(await service.exit).toBe(2);
      expect(service.printed()).toContain('npm run sandbox');
    },
  );
});

describe("the copy of a user's own files", () => {
  const COPIED = /"msg":"the rows of the files are copied/;

  /** A service over a file, and the folder that it makes its own in. */
  async function startOverFile() {
    const [file, folder] = [join(makeFolder(), 'usage.csv'), makeFolder()];
    writeFileSync(
      file,
      'id,usageDate,requestIP\na,2026-03-01T10:00:00Z,10.0.0.1\nb,2026-03-02T10:00:00Z,10.0.0.2\n',
    );
    const started = await start(['--usage', file], { TMPDIR: folder });
    await started.service.waitFor(COPIED);
    return { ...started, folder };
  }

  test('answers without a call, lies where only this user may enter, and is gone when the service has ended', async () => {
    const { service, url, folder } = await startOverFile();
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700]);
    const { data, ...rest } = await ask(
      url,
      '{ usageRecords(filter: { ipAddress: "10.0.0.1" }) { nodes { recordId } totalCount { value } coverage { origin } } }',
    );
    expect(data).toMatchObject({
      usageRecords: {
        nodes: [{ recordId: 'a' }],
        totalCount: { value: 1 },
        coverage: [{ origin: 'FILE' }, { origin: 'FILE' }],
      },
    });
    expect(rest).toMatchObject({ extensions: { upstream: [] } });
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is gone when the service is killed', async () => {
    const { service, sandboxPid, folder } = await startOverFile();
    service.child.kill('SIGKILL');
    await service.exit;
    await expect.poll(() => readOr(`/proc/${sandboxPid}/stat`, ''), { timeout: 10_000 }).toBe('');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a cursor', () => {
  /** The end cursor of a first page of events. */
  async function readCursor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { url } = await start(args, env);
    const { data } = await ask(url, '{ events(first: 2) { pageInfo { endCursor } } }');
    return data?.['events']?.pageInfo.endCursor ?? '';
  }

  /** Sends a cursor with another query. The message shows whether the key is right, because with a wrong key the cursor can't be opened. */
  const openUnder = (secret: Secret, cursor: string) => () =>
    createCursorSealer(secret).open(cursor, digestQuery('events', { of: 'another query' }), 'after');
  const OPENED = 'This cursor comes from another query.';
  const NOT_OPENED = 'This cursor was not made by this service';

  function writeExport(): string {
    const file = join(makeFolder(), 'events.ndjson');
    const row = (id: number) => ({
      id,
      timestamp: new Date(Date.now() - id * 3_600_000).toISOString(),
      category: 'user',
      action: 'user-created',
    });
    writeFileSync(file, [1, 2, 3, 4].map((id) => `${JSON.stringify(row(id))}\n`).join(''));
    return file;
  }

  test('over made-up data opens under a published key, and so after a restart', async () => {
    expect(openUnder(MADE_UP_SECRET, await readCursor(SMALL))).toThrow(OPENED);
  });

  test('over your own exports opens under no published key', async () => {
    const cursor = await readCursor(['--events', writeExport()]);
    expect(cursor).not.toBe('');
    expect(openUnder(MADE_UP_SECRET, cursor)).toThrow(NOT_OPENED);
  });

  test('over your own exports opens under the secret that is set, and so after a restart', async () => {
    const secret = 'a secret that outlives a restart of the service';
    const cursor = await readCursor(['--events', writeExport()], { SIGHTLINE_SECRET: secret });
    expect(openUnder(new Secret(secret), cursor)).toThrow(OPENED);
  });
});
