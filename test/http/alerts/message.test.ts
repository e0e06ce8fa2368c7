import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { signMessage, writeMessage } from '../../../src/http/alerts/message.ts';

const message = writeMessage({
  id: 'msg_1',
  name: 'quiet',
  state: 'firing',
  before: 'ok',
  atMs: Date.parse('2026-03-04T12:00:00Z'),
  range: { fromMs: Date.parse('2026-03-04T11:50:00Z'), toMs: Date.parse('2026-03-04T12:00:00Z') },
  observation: { seen: 'holds', value: 0, reason: null, coverage: [{ status: 'COMPLETE' }] },
  link: null,
});

test('a message says what changed, when, and by which answer', () => {
  expect(JSON.parse(message.body)).toEqual({
    type: 'alert.firing',
    timestamp: '2026-03-04T12:00:00.000Z',
    data: {
      name: 'quiet',
      state: 'firing',
      before: 'ok',
      value: 0,
      reason: null,
      from: '2026-03-04T11:50:00.000Z',
      to: '2026-03-04T12:00:00.000Z',
      coverage: [{ status: 'COMPLETE' }],
      link: null,
    },
  });
});

test('a signature is the HMAC of id, time and body under the bytes of the secret', () => {
  const key = Buffer.alloc(32, 9);
  const headers = signMessage(message, new Secret(key.toString('base64')), 1_700_000_000_999);
  const expected = createHmac('sha256', key).update(`msg_1.1700000000.${message.body}`).digest('base64');
  expect(headers).toEqual({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${expected}`,
  });
});

test('a signature equals the example of the Standard Webhooks libraries', () => {
  const example = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    name: '',
    state: 'ok',
    atMs: 0,
    body: '{"test": 2432232314}',
  } as const;
  const headers = signMessage(example, new Secret('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), 1_614_265_330_000);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
