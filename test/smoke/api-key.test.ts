import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SCOPES } from '../../src/graph/access.ts';
import { runInTest as run } from './run-in-test.ts';

async function ask(url: string, headers: Record<string, string>) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ viewer { scopes } events(first: 1) { nodes { username } } }' }),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

test('a service that stores only the line of a new key accepts the key, with its scopes', async () => {
  const made = run(['api-key', 'dashboard', 'events:read', 'introspect']);
  expect(await made.exit).toBe(0);
  const [, key] = /(sightline_\S+)/.exec(made.printed()) ?? [];
  const [line] = /^dashboard events:read,introspect [0-9a-f]{64}$/m.exec(made.printed()) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'sightline-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'api-keys');
  writeFileSync(file, `${line}\n`);

  const service = run(['--rows', '300,100', '--no-arrivals'], {
    PORT: '0',
    HOST: '0.0.0.0',
    SIGHTLINE_API_KEYS_FILE: file,
  });
  const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
  expect(await ask(url!, {})).toMatchObject({ body: { data: { viewer: { scopes: [] }, events: null } } });
  expect(await ask(url!, { authorization: `Bearer ${key!}` })).toMatchObject({
    status: 200,
    body: {
      data: { viewer: { scopes: ['events:read', 'introspect'] }, events: { nodes: [{ username: null }] } },
    },
  });
  expect((await ask(url!, { authorization: `Bearer ${key!}x` })).status).toBe(401);
  expect(service.printed()).not.toContain(key);
});

test('--help lists every scope', async () => {
  const help = run(['api-key', '--help']);
  expect(await help.exit).toBe(0);
  for (const scope of SCOPES) expect(help.printed()).toContain(scope);
});

test.each([
  [[], 'a name and scopes'],
  [['dashboard'], 'a name and scopes'],
  [['dashboard', 'everything'], 'these scopes'],
  [['a name', 'usage:read'], 'The name may have'],
  [['#a', 'usage:read'], 'The name may have'],
])('no key is made of %j, and the message says why', async (words, reason) => {
  const made = run(['api-key', ...words]);
  expect(await made.exit).toBe(2);
  expect(made.printed()).toContain(reason);
});

test('the service does not start if its file of keys is missing', async () => {
  const service = run([], { PORT: '0', SIGHTLINE_API_KEYS_FILE: 'nowhere' });
  expect(await service.exit).toBe(1);
  expect(service.printed()).toContain('SIGHTLINE_API_KEYS_FILE names a file that can');
});
