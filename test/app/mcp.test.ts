import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Client } from '@modelcontextprotocol/client';
import type { App } from '../../src/app.ts';
import type { RequestLine } from '../../src/http/handler.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import { hashDocument } from '../../src/http/trusted-documents.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import { makeKey } from '../support/api-key.ts';
import { createAppOverEvents } from '../support/events-by-hand.ts';
import { callTool, connectTo, MCP_URL, MODERN } from '../support/mcp-client.ts';
import { createAppOver, createTestApp, NOW_MS, PATIENT, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

const ADDRESS = '45.67.89.178';
const QUESTION = {
  range: { last: 'PT3H' },
  filter: {
    ipAddress: ADDRESS,
    events: { action: { in: ['user-locked-out', 'user-login-success'] } },
    usage: { status: 'FAILED' },
  },
};
const TOOLS = [
  'break_down_calls',
  'calls_over_time',
  'compare_calls',
  'compare_events',
  'event_values',
  'events_over_time',
  'explain_call_spike',
  'explain_event_spike',
  'one_entry',
  'service_status',
  'what_happened',
  'who_did_it',
];

const lines: RequestLine[] = [];
let running: RunningApp;
let client: Client;
beforeAll(async () => {
  running = await startApp({ seed: 1 }, PATIENT);
});
afterAll(() => running.close());
beforeEach(async () => {
  lines.length = 0;
  const app = open();
  client = await connectTo(app);
});
afterEach(() => client.close());

/** A service with empty caches. It is closed when the test ends. */
function open(env: Readonly<Record<string, string>> = {}, audit: AuditLine[] = []): App {
  const app = createAppOver(
    running.sandbox,
    { ...PATIENT, ...env },
    { onRequest: (line) => lines.push(line), audit: { take: (line) => void audit.push(line) } },
  );
  onTestFinished(() => app.close());
  return app;
}

/** The setting by which a service trusts these documents. */
function trust(...texts: readonly string[]): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-mcp-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'manifest.json');
  writeFileSync(file, JSON.stringify(Object.fromEntries(texts.map((text) => [hashDocument(text), text]))));
  return { SIGHTLINE_TRUSTED_DOCUMENTS: file };
}

const callsOf = (): number => lines.reduce((sum, { vendorCalls }) => sum + vendorCalls, 0);

describe('an agent', () => {
  test("finds the answer to the README's question in one call of a tool", async () => {
    const { isError, answer } = await callTool(client, 'what_happened', QUESTION);
    expect(isError).toBe(false);
    const { entries } = answer.data['timeline'] as unknown as { entries: Record<string, unknown>[] };
    const seen = entries.map(({ action, username, elementApi, requestStatus }) =>
      action === undefined
        ? `${String(elementApi)} ${String(requestStatus)}`
        : `${String(action)} ${String(username)}`,
    );
    expect(seen).toEqual([
      ...Array<string>(7).fill('contacts FAILED'),
      'user-login-success integration',
      'user-locked-out integration',
    ]);
    expect(answer.isAll).toBe(false);
    expect(answer.after).toBeNull();
    expect(answer.coverage).toMatch(
      /^This is not all: Entries may still be added to USAGE from 2026-03-04T11:58:\S+ to 2026-03-04T12:00:\S+ and EVENTS .* \(FILLING\)\. Everything else was read whole\.$/,
    );
    expect(callsOf()).toBe(3);
  });

  test('who knows only the address finds it in three calls of tools, and in 9 vendor calls at most', async () => {
    const locked = await callTool(client, 'who_did_it', {
      range: { last: 'P1D' },
      filter: { ipAddress: ADDRESS },
    });
    const { groups } = locked.answer.data['eventBreakdown'] as unknown as {
      groups: { key: { value: string }[]; firstAt: string; lastAt: string }[];
    };
    const values = groups.map(({ key }) => key.map(({ value }) => value).join(' '));
    expect(values).toEqual(
      expect.arrayContaining(['integration user-locked-out', 'integration user-login-success']),
    );
    const lockedOut = groups.find(({ key }) => key[1]!.value === 'user-locked-out')!;
    const all = await callTool(client, 'what_happened', {
      range: { from: lockedOut.lastAt, to: '2026-03-04T11:00:00Z' },
      filter: { ipAddress: ADDRESS, usage: { status: 'FAILED' } },
    });
    expect(all.answer).toMatchObject({ isAll: true, after: null });
    expect(all.answer.coverage).toMatch(/^This is all\. Read whole: USAGE from .* and EVENTS from .*\.$/);
    expect(all.text).toContain('"elementApi":"contacts"');
    const { entries } = all.answer.data['timeline'] as unknown as {
      entries: { id: string; source: string }[];
    };
    const login = entries.find(({ source }) => source === 'EVENTS')!;
    const entry = await callTool(client, 'one_entry', { id: login.id, related: true });
    expect(entry.text).toContain('"relatedUsage"');
    expect(callsOf()).toBeLessThanOrEqual(9);
  });

  test.each(['2026-07-28', 'of 2025'])('gets the same answer in the revision %s', async (revision) => {
    const mode = revision === MODERN ? { pin: MODERN } : 'legacy';
    const other = await connectTo(open(), {}, { versionNegotiation: { mode } });
    const { answer } = await callTool(other, 'service_status');
    await other.close();
    expect(answer).toMatchObject({ isAll: null, coverage: null, data: { viewer: {} } });
  });
});

describe('the tools', () => {
  test('are read only, typed and described, and the same each time', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOLS);
    for (const { description, inputSchema, outputSchema, annotations } of tools) {
      expect(description!.length).toBeGreaterThan(100);
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(outputSchema).toMatchObject({
        type: 'object',
        required: ['isAll', 'coverage', 'after', 'data'],
      });
    }
    expect((await client.listTools()).tools).toEqual(tools);
    expect(callsOf()).toBe(0);
  });

  // The client checks each answer against the output schema of its tool, once it has listed the tools.
  test.each([
    ['break_down_calls', {}, 3],
    ['calls_over_time', { range: { last: 'P1D' } }, 3],
    ['compare_calls', { range: { last: 'P1D' }, offset: 'P1D' }, 8],
    [
      'compare_events',
      { range: { last: 'PT1H' }, earlier: { from: '2026-03-04T09:00:00Z', to: '2026-03-04T10:00:00Z' } },
      4,
    ],
    ['event_values', { filter: { action: { startsWith: 'user-' } } }, 2],
    ['events_over_time', { range: { last: 'P1D' }, by: ['ACTION', 'USERNAME'] }, 2],
    ['explain_call_spike', { from: '2026-03-04T10:00:00Z', to: '2026-03-04T10:20:00Z', by: ['STATUS'] }, 4],
    ['explain_event_spike', { from: '2026-03-04T09:00:00Z', to: '2026-03-04T10:00:00Z' }, 4],
    ['service_status', {}, 0],
    ['what_happened', { first: 5 }, 4],
    ['who_did_it', { by: ['IP_ADDRESS'] }, 2],
  ])('%s answers as its schema says, in few vendor calls', async (name, args, mostCalls) => {
    await client.listTools();
    const { isError, answer, text } = await callTool(client, name, args);
    expect(isError, text).toBe(false);
    expect(answer.isAll === null).toBe(answer.coverage === null);
    expect(callsOf()).toBeLessThanOrEqual(mostCalls);
  });

  test('explain a spike by the groups whose share changed most', async () => {
    const at = (minutes: number) => ({ agoMs: minutes * 60_000 });
    const { app } = createAppOverEvents([
      ...[121, 122, 123].map((minutes) => ({ action: 'user-login-failure', ...at(minutes) })),
      { action: 'user-login-success', ...at(124) },
      { action: 'user-login-failure', ...at(181) },
      ...[182, 183, 184].map((minutes) => ({ action: 'user-login-success', ...at(minutes) })),
    ]);
    onTestFinished(() => app.close());
    const other = await connectTo(app);
    const from = new Date(NOW_MS - 180 * 60_000).toISOString();
    const to = new Date(NOW_MS - 120 * 60_000).toISOString();
    const { answer } = await callTool(other, 'explain_event_spike', { from, to });
    expect(answer).toMatchObject({ isAll: true, after: null });
    expect(answer.data).toMatchObject({
      spike: { from, to, count: 4 },
      before: { to: from, count: 4 },
      changes: [
        { key: [{ value: 'user-login-failure' }], count: 3, countBefore: 1, share: 0.75, shareBefore: 0.25 },
        { key: [{ value: 'user-login-success' }], count: 1, countBefore: 3, share: 0.25, shareBefore: 0.75 },
      ],
    });
    await other.close();
  });

  test('refuse to explain a spike that was not read whole, and name the end to ask for', async () => {
    const { isError, text } = await callTool(client, 'explain_call_spike', {
      from: '2026-03-04T11:00:00Z',
      to: '2026-03-04T12:00:00Z',
    });
    expect(isError).toBe(true);
    expect(text).toMatch(/^Refused \(BAD_USER_INPUT\): Shares can't be compared/);
    expect(text).toMatch(/Give a 'to' of 2026-03-04T11:58:\d\d\.\d{3}Z or earlier\./);
  });

  test("are also the operator's trusted documents that have a description", async () => {
    const described =
      '"Which calls were last?" query LastCalls($first: Int = 3) { usageRecords(first: $first) { nodes { id } pageInfo { hasNextPage } coverage { source status from to code } } }';
    const bare = 'query Bare { viewer { scopes } }';
    const settings = trust(described, bare);
    expect((await open(settings).fetch(MCP_URL, { method: 'POST' })).status).toBe(404);
    const other = await connectTo(open({ ...settings, SIGHTLINE_MCP: 'true' }));
    const { tools } = await other.listTools();
    expect(tools.map(({ name }) => name)).toEqual([...TOOLS, 'last_calls']);
    const { answer } = await callTool(other, 'last_calls', { first: 1 });
    expect(answer).toMatchObject({ isAll: false, data: { usageRecords: { nodes: [{}] } } });
    expect(answer.coverage).toContain("Further entries of 'usageRecords' are not shown.");
    await other.close();
  });

  test('refuse a null that replaces a default where none may be, before the first vendor call and without points', async () => {
    const text = `"Which entry is it?" query WhichEntry($id: ID = "x") { node(id: $id) { id } timeline(first: 3) {
      nodes { id } pageInfo { hasNextPage } coverage { source status from to code } } }`;
    const audit: AuditLine[] = [];
    const other = await connectTo(open({ ...trust(text), SIGHTLINE_MCP: 'true' }, audit));
    const called = await callTool(other, 'which_entry', { id: null });
    expect(called.isError).toBe(true);
    expect(called.text).toMatch(
      /^Refused \(BAD_USER_INPUT\): A variable is null, and its argument takes no null\. Leave it out\. /,
    );
    expect(lines.at(-1)).toMatchObject({ errors: ['BAD_USER_INPUT'], vendorCalls: 0 });
    expect(audit).toMatchObject([{ operation: 'WhichEntry', fields: [], outcome: ['BAD_USER_INPUT'] }]);
    await other.close();
  });
});

describe('a caller', () => {
  const reader = makeKey('reader', 'usage:read', 'events:read');
  const billing = makeKey('billing', 'events:read');
  const env = { SIGHTLINE_API_KEYS: [reader.line, billing.line].join(';') };
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  test('without pii:read gets masked answers, and no answer to a question about personal data', async () => {
    const other = await connectTo(open(env), bearer(reader.key));
    const { text } = await callTool(other, 'what_happened', { range: { last: 'PT6H' } });
    expect(text).not.toContain('integration');
    expect(text).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
    const asked = await callTool(other, 'what_happened', QUESTION);
    expect(asked.isError).toBe(true);
    expect(asked.text).toMatch(
      /^Refused \(FORBIDDEN\): 'filter\.ipAddress' needs the scope pii:read\. .*Do not try again\./,
    );
    await other.close();
  });

  test('without the scope of a tool does not see it, and is told the scope if it is called', async () => {
    const other = await connectTo(open(env), bearer(billing.key));
    const { tools } = await other.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOLS.filter((name) => !/calls|call_/.test(name)));
    const called = await callTool(other, 'break_down_calls');
    expect(called).toMatchObject({ isError: true });
    expect(called.text).toContain('Missing scope: usage:read.');
    const { answer } = await callTool(other, 'what_happened', { range: { last: 'PT6H' } });
    expect(answer.coverage).toContain('because this caller lacks the scope for that source');
    expect(lines.at(-1)).toMatchObject({ operation: 'WhatHappened', errors: [] });
    await other.close();
  });

  test('without a key gets 401, and with a wrong one too', async () => {
    const app = open(env);
    for (const headers of [{}, bearer('wrong')]) {
      const response = await app.fetch(MCP_URL, { method: 'POST', headers, body: '{}' });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  test('who brings vendor credentials of their own reads with them, and not without', async () => {
    const { credentials } = running.sandbox;
    const app = open({
      VENDOR_CREDENTIALS: 'request',
      USAGE_API_USER_SECRET: '',
      USAGE_API_ORGANIZATION_SECRET: '',
      EVENTS_API_TOKEN: '',
    });
    const sent = { 'x-events-authorization': `Bearer ${credentials.eventsToken}` };
    const other = await connectTo(app, sent);
    const { answer } = await callTool(other, 'what_happened', { range: { last: 'PT6H' } });
    expect(answer.coverage).toContain('because this service has no access to that source');
    expect(answer.data).toMatchObject({
      timeline: { entries: expect.arrayContaining([expect.objectContaining({ source: 'EVENTS' })]) },
    });
    await other.close();
    const bare = await connectTo(app);
    expect((await callTool(bare, 'who_did_it')).text).toMatch(
      /SOURCE_NOT_CONFIGURED|has no access to that source/,
    );
    await bare.close();
  });

  test('pays points for a call, and is told how long to wait if none are left', async () => {
    const settings = {
      ...env,
      SIGHTLINE_MAX_COST: '3000',
      SIGHTLINE_RATE_CAPACITY: '3000',
      SIGHTLINE_RATE_PER_SECOND: '1',
    };
    const other = await connectTo(open(settings), bearer(reader.key));
    const asked = Array.from({ length: 10 }, () => callTool(other, 'break_down_calls', { top: 500 }));
    const refused = (await Promise.all(asked)).find(({ isError }) => isError);
    expect(refused?.text).toMatch(/^Refused \(LIMIT_EXCEEDED\): .* points.*Wait at least \d+ s before\.$/);
    expect(lines).toContainEqual(expect.objectContaining({ errors: ['LIMIT_EXCEEDED'], vendorCalls: 0 }));
    await other.close();
  });

  test('has one line in the audit trail for each call of a tool, and none for a list of tools', async () => {
    const audit: AuditLine[] = [];
    const other = await connectTo(open(env, audit), bearer(reader.key));
    await other.listTools();
    await callTool(other, 'what_happened', { filter: { sources: ['EVENTS'] }, first: 3 });
    await other.close();
    expect(audit).toMatchObject([
      {
        callerKind: 'key',
        caller: 'reader',
        operation: 'WhatHappened',
        rows: 3,
        outcome: [],
        status: 200,
      },
    ]);
    expect(audit[0]!.arguments).toContain('Query.timeline(filter.sources)');
    expect(audit[0]!.document).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a refusal says what to ask instead', () => {
  test.each([
    [
      'what_happened',
      { filter: { ipAddress: 'nowhere' } },
      /BAD_USER_INPUT.*IP must be an address.*Correct the argument/,
    ],
    ['what_happened', { first: 900 }, /LIMIT_EXCEEDED.*'first' may be at most 500/],
    ['what_happened', { after: 'forged' }, /CURSOR_INVALID.*Begin again without 'after'/],
    ['who_did_it', { after: 'forged' }, /CURSOR_INVALID.*Begin again without 'after'/],
    [
      'who_did_it',
      { user: 'bob' },
      /BAD_USER_INPUT.*no argument "user"\. Its arguments are: by, range, filter, top, after/,
    ],
    [
      'calls_over_time',
      {},
      /BAD_USER_INPUT.*argument 'range' has invalid value: Expected a value of non-null/,
    ],
    [
      'explain_event_spike',
      { from: '2026-03-04T09:00:00Z', to: '2026-03-04T10:00:00Z', beforeFrom: '2026-03-04T09:00:00Z' },
      /BAD_USER_INPUT.*no argument "beforeFrom"/,
    ],
    ['events_over_time', { range: { last: 'P30D' }, interval: 'SECOND' }, /LIMIT_EXCEEDED/],
  ])('%s %j', async (name, args, expected) => {
    const { isError, text } = await callTool(client, name, args);
    expect(isError).toBe(true);
    expect(text).toMatch(expected);
    expect(callsOf()).toBe(0);
  });

  test('also for a tool that there is not', async () => {
    const { isError, text } = await callTool(client, 'drop_everything');
    expect(isError).toBe(true);
    expect(text).toBe(`There is no tool 'drop_everything'. The tools are: ${TOOLS.join(', ')}.`);
  });

  test('and for a vendor that fails, that this proves nothing', async () => {
    const { app } = createAppOverEvents(
      [],
      { EVENTS_API_TOKEN: 'canary' },
      {
        transports: {
          EVENTS: { get: () => Promise.reject(new TransportFailure('unreachable')), close: async () => {} },
        },
      },
    );
    onTestFinished(() => app.close());
    const other = await connectTo(app);
    const { answer } = await callTool(other, 'who_did_it');
    expect(answer.isAll).toBe(false);
    expect(answer.coverage).toMatch(
      /^This is not all: Nothing could be read of EVENTS .*does not prove that nothing happened\./,
    );
    await other.close();
  });
});

describe('the path of agents', () => {
  const post = (app: App, body: string, headers: Record<string, string> = {}) =>
    app.fetch(MCP_URL, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body,
    });

  test.each(['GET', 'DELETE', 'PUT'])(
    'answers %s with 405, because there are no sessions',
    async (method) => {
      const response = await open().fetch(MCP_URL, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST, OPTIONS');
      expect(await response.text()).toContain('by POST');
    },
  );

  test.each(['https://evil.example', 'null', 'http://127.0.0.1'])('refuses a page of %s', async (origin) => {
    const response = await post(open(), '{}', { origin });
    expect(response.status).toBe(403);
  });

  test('answers a page of an origin that the operator lists', async () => {
    const origin = 'https://agent.example';
    const app = open({ SIGHTLINE_CORS_ORIGINS: origin });
    const preflight = await app.fetch(MCP_URL, { method: 'OPTIONS', headers: { origin } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('mcp-protocol-version');
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST');
    const other = await connectTo(app, { origin });
    expect((await callTool(other, 'service_status')).isError).toBe(false);
    await other.close();
  });

  test.each([
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]', 400, -32_600],
    ['no JSON', '{', 400, -32_700],
    ['a subscription', '{"jsonrpc":"2.0","id":7,"method":"subscriptions/listen","params":{}}', 404, -32_601],
  ])('refuses %s', async (_name, body, status, code) => {
    const response = await post(open(), body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code } });
  });

  test('refuses what a form of another page could send', async () => {
    const response = await post(open(), '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', {
      'content-type': 'text/plain',
    });
    expect(response.status).toBe(415);
  });

  test('is not there if it is switched off', async () => {
    const response = await post(open({ SIGHTLINE_MCP: 'false' }), '{}');
    expect(response.status).toBe(404);
  });

  test('answers on this machine only if the service does', async () => {
    const app = createTestApp({ EVENTS_API_TOKEN: 'canary' });
    onTestFinished(() => app.close());
    const response = await app.fetch('http://rebound.example/mcp', { method: 'POST', body: '{}' });
    expect(response.status).toBe(421);
  });
});
