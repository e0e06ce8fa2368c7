import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { createApiKey } from '../../src/http/identity/api-keys.ts';
import { runInTest as run } from './run-in-test.ts';

test('SIGHUP reads the file of the keys again; a faulty file is refused with a sentence, and the old keys stay in force', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-reload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'api-keys');
  const made = createApiKey('one', ['events:read']);
  if (typeof made === 'string') throw new Error(made);
  writeFileSync(file, `${made.line}\n`);
  const service = run(['--rows', '300,100', '--no-arrivals'], { PORT: '0', SIGHTLINE_API_KEYS_FILE: file });
  const [, url] = await service.waitFor(/GraphiQL +(\S+)/);
  const ask = async () => {
    const response = await fetch(url!, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': made.key },
      body: '{"query":"{ events(first: 1) { nodes { id } } }"}',
    });
    await response.text();
    return response.status;
  };
  expect(await ask()).toBe(200);

  writeFileSync(file, 'this is no key\n');
  service.child.kill('SIGHUP');
  await service.waitFor(/SIGHTLINE_API_KEYS_FILE line 1 .*not read again/);
  expect(await ask()).toBe(200);

  const other = createApiKey('other', ['events:read']);
  writeFileSync(file, `${typeof other === 'string' ? '' : other.line}\n`);
  service.child.kill('SIGHUP');
  await service.waitFor(/"revokedKeys":1.*read again/);
  expect(await ask()).toBe(401);

  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
});

test("SIGHUP reads the file of the issuer's keys again, and a faulty one is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-reload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'jwks.json');
  const writeKey = async () => {
    const { publicKey } = await generateKeyPair('ES256');
    writeFileSync(file, JSON.stringify({ keys: [await exportJWK(publicKey)] }));
  };
  await writeKey();
  const service = run(['--rows', '300,100', '--no-arrivals'], {
    PORT: '0',
    SIGHTLINE_AUTH_ISSUER: 'https://issuer.example',
    SIGHTLINE_AUTH_AUDIENCE: 'sightline',
    SIGHTLINE_AUTH_JWKS_FILE: file,
  });
  await service.waitFor(/GraphiQL +(\S+)/);
  writeFileSync(file, '{"keys":');
  service.child.kill('SIGHUP');
  await service.waitFor(/SIGHTLINE_AUTH_JWKS_FILE must be a JSON Web Key Set.*not read again/);
  await writeKey();
  service.child.kill('SIGHUP');
  await service.waitFor(/"revokedTokenKeys":1.*read again/);
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
});
