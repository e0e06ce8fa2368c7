import { expect, test } from 'vitest';
import { createForwarding } from '../../src/cli/mcp-forwarding.ts';

const STILL = new AbortController().signal;

function forward(answer: (init: RequestInit) => Promise<Response>) {
  const sent: RequestInit[] = [];
  const toolbox = createForwarding({
    url: 'http://127.0.0.1:4000',
    version: '1',
    headers: { authorization: 'Bearer canary' },
    fetch: (_url, init = {}) => {
      sent.push(init);
      return answer(init);
    },
  });
  return { toolbox, sent };
}

const answer = (value: unknown, status = 200) => Promise.resolve(Response.json(value, { status }));

test('a call is one request with the key of the caller and the names of the call', async () => {
  const result = { resultType: 'complete', _meta: { own: 1 }, content: [{ type: 'text', text: 'x' }] };
  const { toolbox, sent } = forward(() => answer({ jsonrpc: '2.0', id: 1, result }));
  expect(await toolbox.call('what_happened', { first: 1 }, STILL)).toEqual({ content: result.content });
  expect(sent).toMatchObject([
    {
      method: 'POST',
      headers: {
        authorization: 'Bearer canary',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'what_happened',
      },
    },
  ]);
  expect(JSON.parse(String(sent[0]!.body))).toMatchObject({
    method: 'tools/call',
    params: { name: 'what_happened', arguments: { first: 1 } },
  });
});

test('a name that no header can carry is encoded', async () => {
  const { toolbox, sent } = forward(() => answer({ result: { content: [] } }));
  await toolbox.call('größer', {}, STILL);
  expect(sent[0]!.headers).toMatchObject({ 'mcp-name': '=?base64?Z3LDtsOfZXI=?=' });
});

test('a call whose signal aborts ends its request', async () => {
  const controller = new AbortController();
  const { toolbox, sent } = forward(
    ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal!.addEventListener('abort', () => reject(signal!.reason as Error)),
      ),
  );
  const calling = toolbox.call('who_did_it', {}, controller.signal);
  controller.abort();
  await expect(calling).rejects.toThrow(/abort/i);
  expect(sent[0]!.signal!.aborted).toBe(true);
});

test.each([
  ['a refused key', { errors: [{ message: 'The API key or token is not valid.' }] }, 401, /not valid/],
  [
    'an error of the protocol',
    { error: { code: -32_602, message: 'Invalid params' } },
    400,
    /Invalid params/,
  ],
  ['an answer without a result', {}, 200, /answers 200 without a result/],
])('%s fails with its reason', async (_name, body, status, reason) => {
  const { toolbox } = forward(() => answer(body, status));
  await expect(toolbox.list(STILL)).rejects.toThrow(reason);
});

test('a service that has no agents is named with the setting', async () => {
  const { toolbox } = forward(() => Promise.resolve(new Response('There is nothing here.', { status: 404 })));
  await expect(toolbox.list(STILL)).rejects.toThrow(/Set SIGHTLINE_MCP=true there/);
});
