import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningSandbox } from '../../../src/sandbox/start.ts';
import { askUsage, startSmallSandbox } from '../small-sandbox.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSmallSandbox({ usageRows: 10, eventsRows: 10 });
});
afterAll(() => sandbox.close());

/** Sends a request byte by byte as given. @returns the status; null: the connection ended without an answer */
async function statusOf(target: string, headers: readonly string[]): Promise<number | null> {
  const socket = connect(Number(new URL(sandbox.usageUrl).port), '127.0.0.1');
  socket.setEncoding('utf8').on('error', () => {});
  let text = '';
  socket.on('data', (chunk: string) => (text += chunk));
  socket.write(`${[`GET ${target} HTTP/1.1`, ...headers, 'connection: close'].join('\r\n')}\r\n\r\n`);
  await once(socket, 'close');
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
  return status === undefined ? null : Number(status);
}

test.each(['//[', '//[::1', '//a:99999', '///', 'http://['])(
  'a target that is not an address, such as %s, is answered with 400',
  async (target) => {
    expect(await statusOf(target, ['host: localhost'])).toBe(400);
    expect((await askUsage(sandbox, '/usage')).status).toBe(200);
  },
);

test('no target ends the process or is answered with a 5xx', async () => {
  const anyTarget = fc
    .tuple(
      fc.constantFrom(
        '',
        '/',
        '//',
        '/elements/api-v2/',
        '/elements/api-v2/usage/',
        '/elements/api-v2/usage?',
      ),
      fc.stringMatching(/^[!-~]{1,12}$/),
    )
    .map(([start, rest]) => start + rest);
  await fc.assert(
    fc.asyncProperty(anyTarget, async (target) => {
      const status = await statusOf(target, ['host: localhost']);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});

test.each(['localhost', 'localhost:9', '127.0.0.1', '127.0.0.1:9', 'LocalHost'])(
  'a request to Host %s is accepted',
  async (host) => {
    expect(await statusOf('/elements/api-v2/usage', [`host: ${host}`])).toBe(401);
  },
);

// A web page whose name was pointed at this machine sends its own name, with any port.
test.each([
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example:80',
  '169.254.169.254',
  'localhost:80:80',
  'localhost@evil.example',
  '[',
  '',
])('a request to Host %j is refused before its credentials are read', async (host) => {
  const { usageUserSecret, usageOrganizationSecret } = sandbox.credentials;
  const authorization = `authorization: User ${usageUserSecret}, Organization ${usageOrganizationSecret}`;
  const target = '/elements/api-v2/usage?from=2026-01-01&to=2026-04-01';
  expect(await statusOf(target, ['host: localhost', authorization])).toBe(200);
  expect(await statusOf(target, [`host: ${host}`, authorization])).toBe(421);
});
