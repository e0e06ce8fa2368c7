import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { announce } from '../../src/sandbox/announce.ts';
import type { SandboxAnnouncement } from '../../src/sandbox/announce.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import {
  ask,
  askEvents,
  askUsage,
  authorizeEvents,
  authorizeUsage,
  DAY_MS,
  NOW_MS,
  startSmallSandbox,
} from './small-sandbox.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSmallSandbox({ seed: 3 });
});
afterAll(() => sandbox.close());

const digest = async ({ query }: RunningSandbox) =>
  JSON.stringify([
    await query(`select md5(string_agg(usage::varchar, '' order by seq)) as digest from usage`),
    await query(`select md5(string_agg(events::varchar, '' order by id)) as digest from events`),
  ]);

describe('the data', () => {
  test('depends on the seed and on now alone', async () => {
    const same = await startSmallSandbox({ seed: 3 });
    const other = await startSmallSandbox({ seed: 4 });
    const digests = await Promise.all([sandbox, same, other].map(digest));
    await Promise.all([same.close(), other.close()]);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  test('covers 35 days up to now, and no row comes twice', async () => {
    const [row] = await sandbox.query(
      `select count(*) as n, count(distinct id) as ids, epoch_ms(min(happened_at)) as first, epoch_ms(max(happened_at)) as last from usage`,
    );
    expect(row?.['ids']).toBe(row?.['n']);
    expect(Number(row?.['first'])).toBeGreaterThanOrEqual(NOW_MS - 35 * DAY_MS);
    expect(Number(row?.['first'])).toBeLessThan(NOW_MS - 33 * DAY_MS);
    expect(Number(row?.['last'])).toBeLessThanOrEqual(NOW_MS);
    expect(Number(row?.['last'])).toBeGreaterThan(NOW_MS - DAY_MS);
    const [events] = await sandbox.query(
      `select count(*) as n, count(distinct id) as ids, count(*) filter (happened_at <> date_trunc('second', happened_at)) as split from events`,
    );
    expect(events).toMatchObject({ ids: events?.['n'], split: 0n });
  });

  test('is busier by day than by night, and on working days than at weekends', async () => {
    const share = async (sql: string) => {
      const [row] = await sandbox.query(`select avg((${sql})::int) as share from usage`);
      return Number(row?.['share']);
    };
    expect(await share('hour(happened_at) between 8 and 17')).toBeGreaterThan(0.6);
    expect(await share('isodow(happened_at) > 5')).toBeLessThan(0.15);
  });

  test('has exactly the requested number of rows, besides the stories', async () => {
    const plain = await startSmallSandbox({ stories: false, usageRows: 321, eventsRows: 123 });
    expect(plain.ranges).toMatchObject({ usage: { rows: 321 }, events: { rows: 123 } });
    expect(plain.stories).toEqual([]);
    await plain.close();
    const empty = await startSmallSandbox({ stories: false, usageRows: 0, eventsRows: 0 });
    expect(empty.ranges).toMatchObject({ usage: { rows: 0, fromMs: null }, events: { rows: 0, toMs: null } });
    expect((await askUsage(empty, '/usage')).rows).toEqual([]);
    await empty.close();
  });
});

test('a story is found through both APIs, and nobody else uses its address', async () => {
  expect(sandbox.stories).toHaveLength(3);
  for (const { address, username, fromMs, toMs, failuresMs, callsMs } of sandbox.stories) {
    const second = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
    const { rows: events } = await askEvents(sandbox, {
      createdFrom: second(fromMs),
      createdTo: `lt:${second(toMs)}`,
      category: 'authentication',
      sort: 'timestamp,id',
      pageSize: '1000',
    });
    const reported = events.filter((event) => event['ipAddress'] === address);
    expect(reported.map((event) => event['action'])).toEqual([
      ...failuresMs.map(() => 'user-login-failure'),
      'user-locked-out',
      'user-login-success',
    ]);
    expect(new Set(reported.map((event) => event['username']))).toEqual(new Set([username]));

    const { rows: calls } = await askUsage(sandbox, '/usage', {
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      pageSize: '10000',
    });
    expect(calls.filter((call) => call['request_ip'] === address)).toHaveLength(callsMs.length);

    const elsewhere = await sandbox.query(
      `select count(*) as n from (select request_ip as ip, happened_at from usage union all select ip_address, happened_at from events)
      where ip = '${address}' and (happened_at < epoch_ms(${fromMs}) or happened_at >= epoch_ms(${toMs}))`,
    );
    expect(elsewhere).toEqual([{ n: 0n }]);
  }
});

describe('the credentials', () => {
  const send = (url: string, authorization: string | undefined) =>
    ask(url, authorization === undefined ? {} : { headers: { authorization } });
  const askUsageAs = (authorization?: string) => send(`${sandbox.usageUrl}/usage`, authorization);
  const askEventsAs = (authorization?: string) =>
    send(
      `${sandbox.eventsUrl}/events?page=1&pageSize=1&createdFrom=2026-01-01T00:00:00Z&createdTo=2026-04-01T00:00:00Z`,
      authorization,
    );

  test('the Usage API accepts only both of its secrets, each in its place', async () => {
    const { usageUserSecret: user, usageOrganizationSecret: organization, eventsToken } = sandbox.credentials;
    const bad = [
      undefined,
      '',
      `User ${user}`,
      `Organization ${organization}`,
      `User ${user}, Organization wrong`,
      `User wrong, Organization ${organization}`,
      `User ${organization}, Organization ${user}`,
      `Bearer ${eventsToken}`,
    ];
    for (const authorization of bad) {
      const { status, body } = await askUsageAs(authorization);
      expect(status, authorization).toBe(401);
      expect(Object.keys(body)).toEqual(['requestId', 'message']);
    }
  });

  test('the Events API accepts only its token', async () => {
    const bad = [
      undefined,
      'Bearer',
      'Bearer wrong',
      sandbox.credentials.eventsToken,
      authorizeUsage(sandbox),
    ];
    for (const authorization of bad) {
      const { status, body } = await askEventsAs(authorization);
      expect(status, authorization).toBe(401);
      expect(body).toEqual({ error: 'Unauthorized', message: expect.any(String) });
    }
  });

  test('each start draws new credentials, even for the same seed, and the credentials of old examples are refused', async () => {
    const same = await startSmallSandbox({ seed: 3 });
    await same.close();
    const drawn = [sandbox, same].flatMap(({ credentials }) => Object.values(credentials));
    expect(new Set(drawn).size).toBe(10);
    for (const one of drawn) expect(one).toMatch(/^[\w-]{43}$/);
    const answers = [
      await askUsageAs(authorizeUsage(same)),
      await askUsageAs('User sandbox-user-secret, Organization sandbox-organization-secret'),
      await askEventsAs(authorizeEvents(same)),
      await askEventsAs('Bearer sandbox-events-token'),
      await ask(`${sandbox.eventsUrl}/authenticate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'sandbox', password: 'sandbox-password' }),
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  });

  test('an unknown path, an unsupported method and a format that is not JSON are refused', async () => {
    const headers = { authorization: authorizeUsage(sandbox) };
    expect((await ask(`${sandbox.usageUrl}/nothing`, { headers })).status).toBe(404);
    expect((await ask(`${sandbox.usageUrl}/usage`, { headers, method: 'DELETE' })).status).toBe(405);
    expect(
      (await ask(`${sandbox.usageUrl}/usage`, { headers: { ...headers, accept: 'text/csv' } })).status,
    ).toBe(406);
  });
});

describe('requested faults', () => {
  const statuses = async (seed: number) => {
    const faulty = await startSmallSandbox({ errorRate: 0.5, seed, usageRows: 10, eventsRows: 10 });
    const seen: number[] = [];
    for (let call = 0; call < 40; call += 1) seen.push((await askUsage(faulty, '/usage')).status);
    await faulty.close();
    return seen;
  };

  test('about the requested share of calls fails with a 5xx, the same calls for the same seed', async () => {
    const [first, same, other] = await Promise.all([statuses(1), statuses(1), statuses(2)]);
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first.filter((status) => status >= 500).length).toBeGreaterThan(8);
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(8);
    expect(new Set(first)).toEqual(new Set([200, 500, 503]));
  });

  test('latency is added to each answer', async () => {
    const slow = await startSmallSandbox({ latencyMs: 80, usageRows: 10, eventsRows: 10 });
    const startedMs = performance.now();
    await askUsage(slow, '/usage');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(79);
    await slow.close();
  });

  test('a port that is taken is reported, and nothing stays open', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startSandbox({ eventsPort: port, usageRows: 10, eventsRows: 10 })).rejects.toThrow(
      'EADDRINUSE',
    );
    other.close();
  });
});

test('the announcement is plain data with the addresses of both APIs and the stories', async () => {
  const sent: SandboxAnnouncement[] = [];
  announce(sandbox, (message) => sent.push(structuredClone(message)));
  const [reported] = sent;
  if (reported === undefined) throw new Error('nothing was sent');
  expect(sent).toHaveLength(1);
  expect(reported.files).toBeNull();
  expect(reported.stories.map(({ from }) => Date.parse(from))).toEqual(
    sandbox.stories.map(({ fromMs }) => fromMs),
  );
  const { status } = await ask(`${reported.usageUrl}/usage`, {
    headers: {
      authorization: `User ${reported.usageUserSecret}, Organization ${reported.usageOrganizationSecret}`,
    },
  });
  expect(status).toBe(200);
  expect(reported.description).toContain(reported.eventsUrl);
  expect(Math.abs(Date.now() + reported.clockOffsetMs - sandbox.now())).toBeLessThan(1_000);
});

test('many calls at the same time are all answered', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, call) => askUsage(sandbox, '/usage', { pageSize: String(call + 1) })),
  );
  expect(answers.map(({ rows }) => rows.length)).toEqual(Array.from({ length: 40 }, (_, call) => call + 1));
});
