import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runInTest as run } from './run-in-test.ts';

const HOOK = new URL('../support/list-modules.ts', import.meta.url).href;

/** What a service has loaded after it has answered one question: its own dependencies, and folders of `src`. */
async function listLoaded(
  env: Readonly<Record<string, string>>,
  { args = [], until = /GraphiQL/ }: { readonly args?: readonly string[]; readonly until?: RegExp } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-modules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'loaded');
  const service = run(
    args,
    {
      PORT: '0',
      EVENTS_API_TOKEN: 'canary',
      SIGHTLINE_SECRET: 'canary-of-more-than-32-characters',
      EVENTS_API_URL: 'http://127.0.0.1:9/v1',
      LOADED_MODULES: file,
      ...env,
    },
    ['--import', HOOK],
  );
  const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
  await service.waitFor(until);
  const response = await fetch(url!, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ service { version } events(first: 1) { nodes { id } } }"}',
  });
  await response.text();
  service.child.kill('SIGINT');
  expect(await service.exit).toBe(0);
  const urls = readFileSync(file, 'utf8').split('\n');
  const isLoaded = (path: string): boolean => urls.some((loaded) => loaded.includes(path));
  return {
    dependencies: Object.keys(manifest.dependencies).filter((name) => isLoaded(`/node_modules/${name}/`)),
    hasSandbox: isLoaded('/src/sandbox/'),
    hasFederation: isLoaded('/src/graph/federation/'),
    hasDoctor: isLoaded('/src/doctor/'),
  };
}

/** What every question needs. */
const ALWAYS = [
  '@pothos/core',
  'dataloader',
  'graphql',
  'graphql-scalars',
  'graphql-yoga',
  'ipaddr.js',
  'lru-cache',
  'pino',
  'undici',
  'zod',
];

test('a service with credentials loads neither a sandbox, a database, a subgraph, the doctor, GraphiQL, Redis nor what checks tokens', async () => {
  expect(await listLoaded({})).toEqual({
    dependencies: ALWAYS,
    hasSandbox: false,
    hasFederation: false,
    hasDoctor: false,
  });
});

test('a subgraph loads the files of federation, and no further package', async () => {
  const loaded = await listLoaded({ SIGHTLINE_FEDERATION: '1' });
  expect(loaded).toMatchObject({ dependencies: ALWAYS, hasFederation: true });
});

test('a service with Redis loads its client, and nothing else in addition', async () => {
  const { dependencies } = await listLoaded({ REDIS_URL: 'redis://127.0.0.1:9' });
  expect(dependencies).toEqual(['@pothos/core', '@redis/client', ...ALWAYS.slice(1)]);
});

test('a service over files loads the database that has the copy of their rows, and nothing else in addition', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-modules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'events.csv');
  writeFileSync(file, 'id,timestamp,category,action\n1,2026-03-01T10:00:00Z,a,b\n');
  const { dependencies } = await listLoaded(
    { EVENTS_API_TOKEN: '', EVENTS_API_URL: '' },
    { args: ['--events', file], until: /the rows of the files are copied/ },
  );
  expect(dependencies).toEqual(['@duckdb/node-api', ...ALWAYS]);
});

test('a service with metrics loads what counts, and nothing else in addition', async () => {
  const { dependencies } = await listLoaded({ SIGHTLINE_METRICS: '127.0.0.1:0' });
  // prom-client asks the API of OpenTelemetry for the trace of an exemplar.
  expect(dependencies).toEqual([
    '@opentelemetry/api',
    ...ALWAYS.slice(0, ALWAYS.indexOf('pino') + 1),
    'prom-client',
    ...ALWAYS.slice(ALWAYS.indexOf('pino') + 1),
  ]);
});

test('a service with traces loads the SDK and the one exporter that is set', async () => {
  const { dependencies } = await listLoaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  expect(dependencies.filter((name) => !ALWAYS.includes(name))).toEqual([
    '@opentelemetry/api',
    '@opentelemetry/core',
    '@opentelemetry/exporter-trace-otlp-proto',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace',
  ]);
});
