import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/load.ts';
import { createApiKey, readApiKeys } from '../../src/http/identity/api-keys.ts';
import { hashDocument } from '../../src/http/trusted-documents.ts';
import { follow } from '../support/event-stream.ts';
import { connectTo } from '../support/mcp-client.ts';
import { createLiveRig, pass } from '../support/live-rig.ts';

function makeKey(name: string) {
  const made = createApiKey(name, ['usage:read', 'events:read']);
  if (typeof made === 'string') throw new Error(made);
  return made;
}
const [kept, revoked, added] = ['kept', 'revoked', 'added'].map(makeKey) as [Key, Key, Key];
type Key = ReturnType<typeof makeKey>;
const keysOf = (...made: readonly Key[]) => readApiKeys(made.map(({ line }) => line).join('\n')).keys;
const KEYS = { SIGHTLINE_API_KEYS: `${kept.line};${revoked.line}` };

test('a key that is gone is refused at once, a new one is taken, and all streams prove anew who they are', async () => {
  const { createInstance, time } = createLiveRig();
  const app = createInstance(KEYS);
  const streams = await Promise.all([kept, revoked].map(({ key }) => follow(app, {}, { 'x-api-key': key })));
  await pass(time, 1_000);
  expect(
    app.reload({ identity: { keys: keysOf(kept, added), tokens: null }, trustedDocuments: null }),
  ).toEqual({
    keys: 2,
    revokedKeys: 1,
    revokedTokenKeys: 0,
    trustedDocuments: null,
  });
  await pass(time, 0);
  for (const stream of streams) {
    expect(stream.hasEnded()).toBe(true);
    expect(stream.text()).not.toContain('event: complete');
  }
  const again = await Promise.all(
    [kept, revoked, added].map(({ key }) => follow(app, {}, { 'x-api-key': key })),
  );
  expect(again.map(({ response }) => response.status)).toEqual([200, 401, 200]);
});

test('a new key alone ends no stream', async () => {
  const { createInstance, time } = createLiveRig();
  const app = createInstance(KEYS);
  const stream = await follow(app, {}, { 'x-api-key': kept.key });
  await pass(time, 1_000);
  app.reload({ identity: { keys: keysOf(kept, revoked, added), tokens: null }, trustedDocuments: null });
  await pass(time, 0);
  expect(stream.hasEnded()).toBe(false);
});

test('a key whose scopes change counts as revoked', () => {
  const { createInstance } = createLiveRig();
  const { line } = kept;
  const [wider] = readApiKeys(line.replace('usage:read,events:read', 'usage:read')).keys;
  const report = createInstance(KEYS).reload({
    identity: { keys: [wider!, ...keysOf(revoked)], tokens: null },
    trustedDocuments: null,
  });
  expect(report.revokedKeys).toBe(1);
});

test("the issuer's keys of a file are those of the last reload; if one is gone, all streams prove anew who they are", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-reload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'jwks.json');
  const pairs = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const write = async (...kids: readonly number[]) => {
    const keys = kids.map(async (kid) => ({ ...(await exportJWK(pairs[kid]!.publicKey)), kid: String(kid) }));
    writeFileSync(file, JSON.stringify({ keys: await Promise.all(keys) }));
  };
  await write(0);
  const env = {
    SIGHTLINE_AUTH_ISSUER: 'https://issuer.example',
    SIGHTLINE_AUTH_AUDIENCE: 'sightline',
    SIGHTLINE_AUTH_JWKS_FILE: file,
  };
  const { createInstance, time } = createLiveRig();
  const app = createInstance(env);
  const proofOf = async (kid: number) => {
    const claims = {
      iss: 'https://issuer.example',
      aud: 'sightline',
      sub: 'bob',
      scope: 'usage:read events:read',
    };
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: String(kid) })
      .setExpirationTime(new Date(time.clock.now() + 3_600_000));
    return { authorization: `Bearer ${await token.sign(pairs[kid]!.privateKey)}` };
  };
  const proofs = [await proofOf(0), await proofOf(1)];
  const statuses = async () => {
    const asked = proofs.map((headers) => follow(app, {}, headers));
    return (await Promise.all(asked)).map(({ response }) => response.status);
  };
  const reload = () => {
    const read = readConfig(env);
    if (read.kind === 'faults') throw new Error(read.faults.join());
    return app.reload(read.config);
  };
  const stream = await follow(app, {}, proofs[0]);
  expect(await statuses()).toEqual([200, 401]);

  await write(0, 1);
  expect(reload()).toMatchObject({ revokedTokenKeys: 0 });
  expect(await statuses()).toEqual([200, 200]);
  await pass(time, 1_000);
  expect(stream.hasEnded()).toBe(false);

  await write(1);
  expect(reload()).toMatchObject({ revokedTokenKeys: 1 });
  await pass(time, 0);
  expect(stream.hasEnded()).toBe(true);
  expect(await statuses()).toEqual([401, 200]);
});

function writeManifest(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-reload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'manifest.json');
  writeFileSync(file, JSON.stringify({ [hashDocument(text)]: text }));
  return file;
}

test('trusted documents are those of the last reload, also if an earlier one was answered before', async () => {
  const [before, after] = ['{ service { version } }', '{ __typename }'];
  const documentsOf = (text: string) => new Map([[hashDocument(text), text]]);
  const { createInstance } = createLiveRig();
  const trusting = createInstance({ SIGHTLINE_TRUSTED_DOCUMENTS: writeManifest(before) });
  const statusOf = async (query: string) => {
    const response = await trusting.fetch('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query }),
    });
    await response.text();
    return response.status;
  };
  expect([await statusOf(before), await statusOf(before), await statusOf(after)]).toEqual([200, 200, 400]);
  trusting.reload({ identity: { keys: [], tokens: null }, trustedDocuments: documentsOf(after) });
  expect([await statusOf(before), await statusOf(after)]).toEqual([400, 200]);
});

test('the tools of agents are made of the trusted documents of the last reload', async () => {
  const asTool = (name: string) => `"Which version?" query ${name} { service { version } }`;
  const [before, after] = [asTool('OldTool'), asTool('NewTool')];
  const { createInstance } = createLiveRig();
  const trusting = createInstance({
    SIGHTLINE_TRUSTED_DOCUMENTS: writeManifest(before),
    SIGHTLINE_MCP: 'true',
  });
  const client = await connectTo(trusting);
  onTestFinished(() => client.close());
  const namesOf = async () => (await client.listTools()).tools.map(({ name }) => name);
  expect(await namesOf()).toContain('old_tool');
  trusting.reload({
    identity: { keys: [], tokens: null },
    trustedDocuments: new Map([[hashDocument(after), after]]),
  });
  const names = await namesOf();
  expect(names).toContain('new_tool');
  expect(names).not.toContain('old_tool');
});
