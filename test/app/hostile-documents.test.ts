import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import { createHostileRequests, HOSTILE_KINDS } from '../support/hostile-documents.ts';
import { createHttpClient } from '../support/http-client.ts';
import { createTestApp } from '../support/running-app.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

// This test checks counts. `npm run test:attack` reports the time that each request takes.

const ROUNDS = 5;
/** An error may quote the value that it is about, so the answer may contain the letters of the body a few times. */
const MAX_ANSWER_LETTERS = 3 * 65_536;

test('hostile documents and variables of every kind are refused without a vendor call, an internal error or a long answer', async () => {
  const lines: AuditLine[] = [];
  const faults: unknown[] = [];
  const app = createTestApp(
    {
      EVENTS_API_TOKEN: 'canary',
      USAGE_API_USER_SECRET: 'canary',
      USAGE_API_ORGANIZATION_SECRET: 'canary',
      SIGHTLINE_RATE_CAPACITY: '0',
    },
    { audit: { take: (line) => void lines.push(line) }, onFault: (fault) => faults.push(fault) },
  );
  const server = createServer((request, response) => void app.handle(request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const client = createHttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  onTestFinished(async () => {
    client.close();
    server.close();
    await app.close();
  });
  const write = createHostileRequests(createSeededRandom(1));
  for (let n = 0; n < ROUNDS * HOSTILE_KINDS; n += 1) {
    const { kind, body } = write();
    const { status, text } = await client.post(body);
    const isNullPath = kind === 'a path for an id' && text.includes('{"usageRecord":null}');
    expect(isNullPath || text.includes('"errors"'), `${kind}: ${text.slice(0, 300)}`).toBe(true);
    expect([status < 500, text.includes('INTERNAL_SERVER_ERROR')], kind).toEqual([true, false]);
    expect(text.length, kind).toBeLessThanOrEqual(MAX_ANSWER_LETTERS);
  }
  expect(faults).toEqual([]);
  expect(lines).toHaveLength(ROUNDS * HOSTILE_KINDS);
  expect(lines.flatMap(({ vendorCalls }) => vendorCalls)).toEqual([]);
}, 60_000);
