import { expect, onTestFinished, test } from 'vitest';
import { createForwarding } from '../../src/cli/mcp-forwarding.ts';
import { readVendorHeaders } from '../../src/cli/vendor-headers.ts';
import { createTestApp } from '../support/running-app.ts';
import { createFakeTransport, jsonAnswer } from '../support/upstream-fixtures.ts';

const LOCAL = 'http://127.0.0.1:4000';
const ALL = {
  VENDOR_CREDENTIALS: 'request',
  USAGE_API_USER_SECRET: 'user-canary',
  USAGE_API_ORGANIZATION_SECRET: 'organization-canary',
  EVENTS_API_TOKEN: 'token-canary',
};
const USAGE = { 'x-usage-authorization': 'User user-canary, Organization organization-canary' };
const EVENTS = { 'x-events-authorization': 'Bearer token-canary' };

test.each([
  ['both vendors', {}, { ...USAGE, ...EVENTS }],
  ['the Events API alone', { USAGE_API_USER_SECRET: '', USAGE_API_ORGANIZATION_SECRET: '' }, EVENTS],
  ['the Usage API alone', { EVENTS_API_TOKEN: '' }, USAGE],
])('credentials of %s become the headers that the service reads', (_name, env, headers) => {
  expect(readVendorHeaders({ ...ALL, ...env }, LOCAL)).toEqual({ kind: 'headers', headers });
  expect(readVendorHeaders({ ...ALL, ...env }, 'https://sightline.example')).toMatchObject({ headers });
});

test.each([undefined, 'config'])('credentials are not sent if VENDOR_CREDENTIALS is %s', (setting) => {
  expect(readVendorHeaders({ ...ALL, VENDOR_CREDENTIALS: setting }, LOCAL)).toEqual({
    kind: 'headers',
    headers: {},
  });
});

test.each([
  [
    'none',
    { USAGE_API_USER_SECRET: '', USAGE_API_ORGANIZATION_SECRET: '', EVENTS_API_TOKEN: '' },
    LOCAL,
    'set USAGE_API_USER_SECRET',
  ],
  ['no user secret', { USAGE_API_USER_SECRET: '' }, LOCAL, 'USAGE_API_USER_SECRET is missing'],
  [
    'no organization secret',
    { USAGE_API_ORGANIZATION_SECRET: '' },
    LOCAL,
    'USAGE_API_ORGANIZATION_SECRET is missing',
  ],
  ['a secret with a comma', { USAGE_API_USER_SECRET: 'user-canary,x' }, LOCAL, 'without spaces and commas'],
  [
    'a token with a line break',
    { EVENTS_API_TOKEN: 'token-canary\nx: y' },
    LOCAL,
    'EVENTS_API_TOKEN must be',
  ],
  ['a service elsewhere over http', {}, 'http://sightline.example', '--url must be an https address'],
])(
  'with %s there are no headers but a fault that names the setting, not its value',
  (_name, env, url, fault) => {
    const read = readVendorHeaders({ ...ALL, ...env }, url);
    expect(read).toEqual({ kind: 'faults', faults: [expect.stringContaining(fault)] });
    expect(JSON.stringify(read)).not.toContain('canary');
  },
);

test('a service whose requests bring credentials calls the vendor with those of the command that asks it', async () => {
  const sent: (string | null)[] = [];
  const transport = createFakeTransport(({ authorization }) => {
    sent.push(authorization);
    return jsonAnswer([]);
  });
  const app = createTestApp(
    { VENDOR_CREDENTIALS: 'request' },
    { transports: { USAGE: transport, EVENTS: transport } },
  );
  onTestFinished(() => app.close());
  const ask = async (env: Readonly<Record<string, string>>) => {
    const read = readVendorHeaders(env, LOCAL);
    const headers = read.kind === 'headers' ? read.headers : {};
    const fetchHere: typeof fetch = (url, init) => app.fetch(url as string, init);
    const toolbox = createForwarding({ url: LOCAL, version: '1', headers, fetch: fetchHere });
    const range = { last: 'PT1H' };
    const { content } = await toolbox.call('what_happened', { range }, new AbortController().signal);
    return JSON.stringify(content);
  };
  await ask(ALL);
  expect(new Set(sent)).toEqual(new Set([...Object.values(USAGE), ...Object.values(EVENTS)]));
  sent.length = 0;
  expect(await ask({})).toContain('this service has no access to that source');
  expect(sent).toEqual([]);
});
