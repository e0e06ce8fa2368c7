import { expect, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../../src/sandbox/start.ts';
import { ask, askUsage, authorizeUsage, NOW_MS } from '../small-sandbox.ts';

const MINUTE_MS = 60_000;

const startMoving = (seed = 1) => startSandbox({ nowMs: NOW_MS, usageRows: 300, eventsRows: 100, seed });

async function readNew(sandbox: RunningSandbox): Promise<unknown> {
  return [
    await sandbox.query(
      `select id, happened_at, counted_at, request_ip, request_uri from usage
      where happened_at > epoch_ms(${NOW_MS}) and element_api is distinct from 'usage' order by id`,
    ),
    await sandbox.query(`select * from events where happened_at > epoch_ms(${NOW_MS}) order by id`),
  ];
}

test('the seed decides which rows arrive, in any number of steps', async () => {
  const [once, often, other] = await Promise.all([startMoving(), startMoving(), startMoving(2)]);
  await once.advanceTo(NOW_MS + 10 * MINUTE_MS);
  for (let step = 1; step <= 10; step += 1) await often.advanceTo(NOW_MS + step * MINUTE_MS);
  await other.advanceTo(NOW_MS + 10 * MINUTE_MS);
  const [first, second, third] = await Promise.all([once, often, other].map(readNew));
  await Promise.all([once, often, other].map((sandbox) => sandbox.close()));
  expect((first as unknown[][])[0]?.length).toBeGreaterThan(300);
  expect((first as unknown[][])[1]?.length).toBeGreaterThan(60);
  expect(second).toEqual(first);
  expect(third).not.toEqual(first);
});

test('a usage row becomes visible up to 10 s late, after newer ones; analytics count it up to 90 s late', async () => {
  const sandbox = await startMoving();
  const late: bigint[] = [];
  for (let second = 1; second <= 30; second += 1) {
    const nowMs = NOW_MS + second * 1000;
    const [before] = await sandbox.query('select max(seq) as seq from usage');
    await sandbox.advanceTo(nowMs);
    const rows = await sandbox.query(
      `select ${nowMs} - epoch_ms(happened_at) as age from usage where seq > ${before?.['seq'] as bigint}`,
    );
    late.push(...rows.map((row) => row['age'] as bigint));
  }
  expect(Math.max(...late.map(Number))).toBeGreaterThan(6_000);
  expect(Math.max(...late.map(Number))).toBeLessThanOrEqual(11_000);
  expect(Math.min(...late.map(Number))).toBeGreaterThanOrEqual(0);

  const [lag] = await sandbox.query(
    `select min(epoch_ms(counted_at) - epoch_ms(happened_at)) as least, max(epoch_ms(counted_at) - epoch_ms(happened_at)) as most
    from usage where happened_at > epoch_ms(${NOW_MS})`,
  );
  expect(Number(lag?.['least'])).toBeGreaterThanOrEqual(10_000);
  expect(Number(lag?.['most'])).toBeLessThanOrEqual(90_000);
  const range = { from: new Date(NOW_MS).toISOString(), to: new Date(NOW_MS + MINUTE_MS).toISOString() };
  const counted = await askUsage(sandbox, '/usage/analytics/activity', { ...range, interval: 'hour' });
  expect(counted.rows[0]).toMatchObject({ count: 0 });
  const listed = await askUsage(sandbox, '/usage', { ...range, pageSize: '1000' });
  expect(listed.rows.length).toBeGreaterThanOrEqual(late.length);
  await sandbox.close();
});

test('a call to the Usage API appears in its own log, with its query and without an element', async () => {
  const sandbox = await startMoving();
  await askUsage(sandbox, '/usage', { searchText: 'mark-of-this-call' });
  await ask(`${sandbox.usageUrl}/usage/53e6df56e4b067fd19a9d69f`, {
    headers: { authorization: authorizeUsage(sandbox) },
  });
  await sandbox.advanceTo(sandbox.now() + 11_000);
  const rows = await sandbox.query(
    `select request_uri, request_status, response_status, element_key from usage where element_api = 'usage' order by request_uri`,
  );
  await sandbox.close();
  expect(rows).toEqual([
    {
      request_uri: '/elements/api-v2/usage/53e6df56e4b067fd19a9d69f',
      request_status: 'FAILED',
      response_status: 404n,
      element_key: null,
    },
    {
      request_uri: '/elements/api-v2/usage?searchText=mark-of-this-call',
      request_status: 'SUCCESS',
      response_status: 200n,
      element_key: null,
    },
  ]);
});

test('without arrivals no row is added and no call is logged', async () => {
  const sandbox = await startSandbox({ nowMs: NOW_MS, usageRows: 50, eventsRows: 50, arrivals: false });
  await askUsage(sandbox, '/usage');
  await sandbox.advanceTo(NOW_MS + 10 * MINUTE_MS);
  const [usage] = await sandbox.query('select count(*) as n from usage');
  await sandbox.close();
  expect(usage?.['n']).toBe(BigInt(sandbox.ranges.usage.rows));
});
