import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { callTool, MODERN } from '../support/mcp-client.ts';
import { runInTest } from './run-in-test.ts';
import { runService } from './run-service.ts';
import type { RunningService } from './run-service.ts';

// `npm run mcp` as an agent's program starts it, beside a service over its sandbox.

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

let service: RunningService;
let url: string;
beforeAll(async () => {
  service = runService(['--seed', '1', '--now', '2026-03-04T12:00:00Z'], { PORT: '0' });
  const [, graphiql] = await service.waitFor(/GraphiQL +(\S+)/);
  url = new URL(graphiql!).origin;
}, 60_000);
afterAll(async () => {
  service.child.kill('SIGTERM');
  await service.exit;
});

async function connect(address: string, mode: 'legacy' | { pin: string }): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const args = [MAIN, 'mcp', '--url', address];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  onTestFinished(() => client.close());
  return client;
}

test.each([
  ['2026-07-28', { pin: MODERN }],
  ['2025', 'legacy'],
] as const)(
  "an agent over stdio gets the answer to the README's question in one call, in the revision %s",
  async (_revision, mode) => {
    const client = await connect(url, mode);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('what_happened');
    const { text, answer } = await callTool(client, 'what_happened', {
      range: { last: 'PT3H' },
      filter: {
        ipAddress: '45.67.89.178',
        events: { action: { in: ['user-locked-out', 'user-login-success'] } },
        usage: { status: 'FAILED' },
      },
    });
    const { entries } = answer.data['timeline'] as unknown as { entries: { action?: string }[] };
    expect(entries.slice(-2).map(({ action }) => action)).toEqual(['user-login-success', 'user-locked-out']);
    expect(entries).toHaveLength(9);
    expect(text).toMatch(
      /^This is not all: Entries may still be added to .* Everything else was read whole\./,
    );
  },
  60_000,
);

test('a refusal of the service reaches an agent over stdio in the same words', async () => {
  const client = await connect(url, { pin: MODERN });
  const { isError, text } = await callTool(client, 'what_happened', { first: 900 });
  expect(isError).toBe(true);
  expect(text).toContain("'first' may be at most 500");
}, 60_000);

test('an agent over stdio is told that no service answers, and how to start one', async () => {
  const client = await connect('http://127.0.0.1:9', { pin: MODERN });
  await expect(client.listTools()).rejects.toThrow(
    /No service answers at http:\/\/127\.0\.0\.1:9\. Start it/,
  );
}, 60_000);

test('standard output carries the protocol alone, and the process ends with its input', async () => {
  const child = spawn(process.execPath, [MAIN, 'mcp', '--url', url], { stdio: ['pipe', 'pipe', 'ignore'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };
  child.stdin.write('this is no message\n');
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  await once(child.stdout, 'data');
  child.stdin.end();
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  const messages = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(messages.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
  expect(messages.at(-1)).toMatchObject({
    id: 1,
    result: { serverInfo: { name: 'sightline' }, capabilities: { tools: { listChanged: false } } },
  });
}, 60_000);

test.each([
  [{}, 'VENDOR_CREDENTIALS=request is set without credentials of a vendor'],
  [{ USAGE_API_USER_SECRET: 'canary' }, 'USAGE_API_ORGANIZATION_SECRET is missing'],
])(
  'a service whose requests bring credentials is not asked without them: %j ends with status 1',
  async (env, reason) => {
    const run = runInTest(['mcp'], { VENDOR_CREDENTIALS: 'request', ...env });
    expect(await run.exit).toBe(1);
    expect(run.printed()).toContain(reason);
    expect(run.printed()).not.toContain('canary');
  },
);

test.each([
  [['--url', 'nowhere'], '--url must be an http or https address.'],
  [['--key-file', '/nowhere'], '--key-file:'],
  [['--nothing'], 'npm run mcp -- --help lists the switches.'],
])('%j ends with status 2 and says why', async (args, reason) => {
  const run = runInTest(['mcp', ...args]);
  expect(await run.exit).toBe(2);
  expect(run.printed()).toContain(reason);
});
