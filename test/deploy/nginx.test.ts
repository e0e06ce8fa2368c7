import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer } from '../../src/http/server.ts';
import type { RunningServer } from '../../src/http/server.ts';
import { PATIENT, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

const hasNginx = [
  ['nginx', '-v'],
  ['openssl', 'version'],
].every(
  ([command = '', word = '']) =>
    spawnSync(command, [word], { env: { PATH: `${process.env['PATH']}:/usr/sbin` } }).status === 0,
);
if (!hasNginx) console.warn('nginx or openssl is not installed: the tests of deploy/nginx are skipped.');

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe.runIf(hasNginx)('behind nginx, with the configuration of deploy/', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-nginx-'));
  let running: RunningApp;
  let server: RunningServer;
  let nginx: ChildProcess;
  let port = 0;
  const received: IncomingHttpHeaders[] = [];

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    running = await startApp({}, PATIENT);
    server = await startServer({
      host: '127.0.0.1',
      port: 0,
      handle(asked, response) {
        received.push(asked.headers);
        void running.app.handle(asked, response);
      },
    });
    port = await findFreePort();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    // Only places and ports differ from the file.
    const site = readFileSync(join(import.meta.dirname, '../../deploy/nginx/sightline.conf'), 'utf8')
      .replace('127.0.0.1:4000;', `${new URL(server.url).host};`)
      .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('listen 80;', `listen 127.0.0.1:${await findFreePort()};`)
      .replaceAll('sightline.example.org', 'localhost')
      .replace('/etc/ssl/sightline/fullchain.pem', cert)
      .replace('/etc/ssl/sightline/key.pem', key)
      .replace('/var/log/nginx/sightline.log', join(folder, 'access.log'));
    writeFileSync(join(folder, 'site.conf'), site);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;\nevents {}\nhttp { ${paths.join(' ')}\ninclude ${folder}/site.conf; }\n`,
    );
    nginx = spawn(
      'nginx',
      ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
      {
        env: { PATH: `${process.env['PATH']}:/usr/sbin` },
        stdio: 'inherit',
      },
    );
    await vi.waitFor(waitsNoMore, { timeout: 10_000 });
  }, 60_000);
  afterAll(async () => {
    if (nginx) {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    }
    await server?.close(0);
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** @throws Error as long as nginx does not answer */
  async function waitsNoMore(): Promise<void> {
    const { statusCode } = await ask('/health/ready');
    if (statusCode !== 200) throw new Error(`nginx answers ${statusCode}.`);
  }

  function ask(
    path: string,
    {
      body,
      headers = {},
    }: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port,
          path,
          servername: 'localhost',
          rejectUnauthorized: false,
          method: body === undefined ? 'GET' : 'POST',
          headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
        },
        resolve,
      );
      asked.on('error', reject).end(body);
    });
  }

  test('a question is answered, and its caller is not taken for one on this machine', async () => {
    const answer = await ask('/graphql', {
      body: '{"query":"{ events(first: 1) { nodes { action } } }"}',
      headers: { 'x-forwarded-for': '127.0.0.1' },
    });
    const body = await text(answer);
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ data: { events: { nodes: [{}] } } });
    // Only callers on this machine get it.
    expect(body).not.toContain('"upstream"');
    expect(received.at(-1)).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      host: 'localhost',
    });
  });

  test('a forged address of a caller is replaced', async () => {
    await text(
      await ask('/graphql', {
        body: '{"query":"{ __typename }"}',
        headers: { 'x-forwarded-for': '203.0.113.7' },
      }),
    );
    expect(received.at(-1)?.['x-forwarded-for']).toBe('127.0.0.1');
  });

  test('the first bytes of a stream come while it is open', async () => {
    const stream = await ask('/graphql', {
      body: '{"query":"subscription { activity { __typename } }"}',
      headers: { accept: 'text/event-stream' },
    });
    expect(stream.statusCode).toBe(200);
    const [first] = (await once(stream, 'data')) as [Buffer];
    expect(first.length).toBeGreaterThan(0);
    expect(stream.complete).toBe(false);
    stream.destroy();
  });

  test('a body above the limit of the service is refused before it', async () => {
    const before = received.length;
    const answer = await ask('/graphql', { body: JSON.stringify({ query: ' '.repeat(70_000) }) });
    await text(answer);
    expect(answer.statusCode).toBe(413);
    expect(received).toHaveLength(before);
  });

  test('its log holds no query string', async () => {
    await text(await ask('/graphql?query=%7Bcanary%7D'));
    await expect.poll(() => readFileSync(join(folder, 'access.log'), 'utf8')).toContain('"GET /graphql"');
    expect(readFileSync(join(folder, 'access.log'), 'utf8')).not.toContain('canary');
  });
});
