import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { RequestError } from '../../src/base/errors.ts';
import { readVendorHeaders } from '../../src/http/identity/vendor-credentials.ts';

const USAGE = 'User canary-u, Organization canary-o';
const EVENTS = 'Bearer canary.jwt.text';
const read = (headers: Record<string, string>) => readVendorHeaders(new Headers(headers));

test('each source has its own header, and a source without one is null', () => {
  expect(read({})).toEqual({ usage: null, events: null });
  const both = read({ 'X-Usage-Authorization': USAGE, 'x-events-authorization': EVENTS });
  expect(both.usage?.organizationSecret.reveal()).toBe('canary-o');
  expect(both.events).toMatchObject({ kind: 'token' });
  expect(read({ 'x-usage-authorization': USAGE }).events).toBeNull();
  expect(read({ 'x-events-authorization': EVENTS }).usage).toBeNull();
  expect(`${JSON.stringify(both)}${inspect(both, { depth: 9, showHidden: true })}`).not.toContain('canary');
});

test('no other header counts', () => {
  expect(read({ authorization: EVENTS, cookie: USAGE, 'x-authorization': USAGE })).toEqual({
    usage: null,
    events: null,
  });
});

test.each([
  ['x-usage-authorization', ''],
  ['x-usage-authorization', 'canary'],
  ['x-usage-authorization', EVENTS],
  ['x-usage-authorization', `${USAGE}, ${USAGE}`],
  ['x-events-authorization', ''],
  ['x-events-authorization', 'canary'],
  ['x-events-authorization', USAGE],
  ['x-events-authorization', `${EVENTS}, ${EVENTS}`],
])('%s: %j is refused with its name, without its value', (name, value) => {
  let caught: unknown;
  try {
    read({ [name]: value });
  } catch (error) {
    caught = error;
  }
  if (!(caught instanceof RequestError)) throw new Error('it was not refused');
  expect(caught).toMatchObject({ code: 'BAD_USER_INPUT', details: { argument: name } });
  expect(inspect(caught, { depth: 9 })).not.toContain('canary');
});
