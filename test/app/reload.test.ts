import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
  expect(app.reload({ keys: keysOf(kept, added), trustedDocuments: null })).toEqual({
    keys: 2,
    revokedKeys: 1,
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
  app.reload({ keys: keysOf(kept, revoked, added), trustedDocuments: null });
  await pass(time, 0);
  expect(stream.hasEnded()).toBe(false);
});

test('a key whose scopes change counts as revoked', () => {
  const { createInstance } = createLiveRig();
  const { line } = kept;
  const [wider] = readApiKeys(line.replace('usage:read,events:read', 'usage:read')).keys;
  const report = createInstance(KEYS).reload({ keys: [wider!, ...keysOf(revoked)], trustedDocuments: null });
  expect(report.revokedKeys).toBe(1);
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
  trusting.reload({ keys: [], trustedDocuments: documentsOf(after) });
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
  trusting.reload({ keys: [], trustedDocuments: new Map([[hashDocument(after), after]]) });
  const names = await namesOf();
  expect(names).toContain('new_tool');
  expect(names).not.toContain('old_tool');
});
