import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

// Builds the image of deploy/image and runs it. It takes minutes and the package registry, so it needs both tools on purpose.

const isThere = (command: string): boolean => spawnSync(command, ['--version']).status === 0;
const [BUILDER, RUNNER] = ['buildah', 'podman'];
const hasTools = isThere(BUILDER) && isThere(RUNNER);
/** What podman is given for a container that may do nothing. */
const CONFINED = [
  '--read-only',
  '--cap-drop',
  'all',
  '--security-opt',
  'no-new-privileges',
  '--network',
  'host',
];
const PATIENCE_MS = 900_000;
const TAG = 'sightline:test';
const BUILD = 'deploy/image/build.sh';

/** Storage of its own, so that neither images nor containers stay. */
const folder = mkdtempSync(join(tmpdir(), 'sightline-image-'));
const STORAGE = ['--storage-driver', 'vfs', '--root', join(folder, 'root'), '--runroot', join(folder, 'run')];

/** Some containers may not start others. Then buildah runs the image in a changed root, which is not read-only. */
const canConfine =
  hasTools &&
  spawnSync(RUNNER, [...STORAGE, 'run', '--rm', ...CONFINED, '--rootfs', '/:O', '/bin/true']).status === 0;
if (!hasTools) console.warn('buildah or podman is not installed: the tests of deploy/image are skipped.');
else if (!canConfine)
  console.warn("podman can't run a container on this machine: the image is not tried read-only.");

function buildah(...words: readonly string[]): string {
  const [command = '', ...rest] = words;
  return execFileSync(BUILDER, [command, ...STORAGE, ...rest], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function inspect(): Config {
  const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', TAG)) as {
    readonly Docker: { readonly config: Config };
  };
  return Docker.config;
}

/** The words that run the image with these settings and switches. */
function runWords(env: Readonly<Record<string, string>>, switches: readonly string[]): readonly string[] {
  const settings = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  if (canConfine) return ['podman', ...STORAGE, 'run', '--rm', ...CONFINED, ...settings, TAG, ...switches];
  const container = buildah('from', TAG);
  return [
    'buildah',
    'run',
    ...STORAGE,
    '--isolation',
    'chroot',
    ...settings,
    container,
    '--',
    ...inspect().Entrypoint,
    ...switches,
  ];
}

describe.runIf(hasTools)('the image', () => {
  beforeAll(() => {
    const flags = ['--isolation', 'chroot', ...STORAGE].join(' ');
    execFileSync('sh', [BUILD, TAG], {
      env: { ...process.env, BUILDER: 'buildah', BUILD_FLAGS: flags },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }, PATIENCE_MS);
  afterAll(() => {
    spawnSync(BUILDER, ['rm', ...STORAGE, '--all']);
    rmSync(folder, { recursive: true, force: true });
  }, PATIENCE_MS);

  test('runs as nobody, from Node itself, and says how it is', () => {
    const config = inspect();
    expect(config).toMatchObject({
      User: '65532:65532',
      StopSignal: 'SIGTERM',
      Entrypoint: expect.arrayContaining(['/usr/bin/node']),
    });
    expect(config.Healthcheck.Test).toEqual(['CMD', '/usr/bin/node', '/app/healthcheck.mjs']);
  });

  test(
    'answers a query, and ends with 0 at SIGTERM',
    async () => {
      const port = await findFreePort();
      const [command = '', ...words] = runWords({ PORT: String(port), HOST: '127.0.0.1' }, [
        '--rows',
        '300,100',
        '--no-arrivals',
      ]);
      const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      const exit = once(child, 'exit');
      let printed = '';
      const isListening = new Promise<void>((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          printed += text;
          if (printed.includes('"msg":"listening"')) resolve();
        });
        void exit.then(([code]) =>
          reject(new Error(`It ended with ${String(code)}, having printed:\n${printed}`)),
        );
      });
      await isListening;
      const query = encodeURIComponent('{ events(first: 1) { nodes { action } } }');
      const response = await fetch(`http://127.0.0.1:${port}/graphql?query=${query}`, {
        headers: { 'graphql-require-preflight': '1' },
      });
      expect(await response.json()).toMatchObject({
        data: { events: { nodes: [{ action: expect.any(String) }] } },
      });
      // buildah does not pass the signal on.
      const [, pid] = /"pid":(\d+)/.exec(printed) ?? [];
      if (canConfine) child.kill('SIGTERM');
      else process.kill(Number(pid), 'SIGTERM');
      const [code] = (await exit) as [number | null];
      expect(code).toBe(0);
    },
    PATIENCE_MS,
  );
});

interface Config {
  readonly User: string;
  readonly StopSignal: string;
  readonly Entrypoint: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
}
