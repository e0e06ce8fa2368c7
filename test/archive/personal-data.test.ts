import { expect, test } from 'vitest';
import { createRedaction } from '../../src/archive/personal-data.ts';
import { makeEvent, makeUsageRecord } from '../support/archive-rows.ts';

const record = makeUsageRecord({
  id: 'a',
  timestampMs: 1,
  elementKey: 'crm',
  userName: 'bob.smith',
  requestIP: '10.0.0.1, 192.0.2.7',
  requestURI: '/elements/contacts?email=bob@example.org#x',
  vendorResource: '/crm?name=bob',
});
const event = makeEvent({
  id: '1',
  timestampMs: 1,
  username: 'bob.smith',
  description: 'User bob.smith has logged in',
  ipAddress: '10.0.0.1',
});
const PERSONAL = /bob|10\.0\.0\.1|192\.0\.2\.7/;

test('rows that are kept are not changed', () => {
  expect(createRedaction('keep', (name) => name)).toBeNull();
});

test('what is left out is nowhere in a row, and all else stays', () => {
  const redaction = createRedaction('omit', (name) => name)!;
  const { addresses: _addresses, ...plain } = record;
  expect(redaction.usage(record)).toEqual({
    ...plain,
    userName: null,
    requestIP: null,
    ipAddress: null,
    requestURI: '/elements/contacts',
    vendorResource: '/crm',
  });
  expect(redaction.event(event)).toEqual({ ...event, username: null, description: null, ipAddress: null });
  expect(JSON.stringify([redaction.usage(record), redaction.event(event)])).not.toMatch(PERSONAL);
});

test('a pseudonym takes the place of a name, and of nothing else', () => {
  const redaction = createRedaction('pseudonymize', (name) => `p${name.length}`)!;
  expect(redaction.event(event)).toMatchObject({ username: 'p9', description: null, ipAddress: null });
  expect(redaction.usage(record)).toMatchObject({ userName: 'p9', requestIP: null });
  expect(redaction.event({ ...event, username: null }).username).toBeNull();
});
