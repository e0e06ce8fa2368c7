import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { askApp, createTestApp, NOW_MS } from '../support/running-app.ts';
import { until } from '../support/upstream-fixtures.ts';

interface SandboxRecord {
  readonly id: string;
  readonly requestURI: string;
}

let sandbox: RunningSandbox;
/** Records to ask for, as the database stores them. */
let records: readonly SandboxRecord[];
let next = 0;

beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 2_000, eventsRows: 100 });
  const rows = await sandbox.query('SELECT id, request_uri FROM usage ORDER BY id');
  records = rows.map(({ id, request_uri: uri }) => ({ id: String(id), requestURI: String(uri) }));
});
afterAll(() => sandbox.close());

/** A record that no test has asked for. */
function takeRecord(): SandboxRecord {
  const taken = records[next];
  next += 1;
  if (!taken) throw new Error('The sandbox has too few records for this test.');
  return taken;
}

interface Instance {
  readonly app: App;
  /** The faults that it reports. */
  readonly faults: unknown[];
}

async function startOwnRedis(): Promise<RedisServer> {
  const redis = await startRedis();
  onTestFinished(() => redis.kill());
  return redis;
}

/** Creates an instance of the service. It closes when the test ends. */
function createInstance(env: Readonly<Record<string, string>>): Instance {
  const faults: unknown[] = [];
  const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
  const app = createTestApp(
    {
      USAGE_API_URL: sandbox.usageUrl,
      USAGE_API_USER_SECRET: usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: usageOrganizationSecret,
      EVENTS_API_URL: sandbox.eventsUrl,
      EVENTS_API_TOKEN: eventsToken,
      ...env,
    },
    { onFault: (fault) => faults.push(fault) },
  );
  onTestFinished(() => app.close());
  return { app, faults };
}

const askRecord = async ({ app }: Instance, { id, requestURI }: SandboxRecord) => {
  const asked = await askApp<{ usageRecord: object | null }>(
    app,
    `{ usageRecord(recordId: "${id}") { recordId requestURI } }`,
  );
  expect(asked.errors).toBeUndefined();
  expect(asked.data.usageRecord).toEqual({ recordId: id, requestURI });
  return asked.upstream.length;
};

const sizeOf = async (redis: RedisServer): Promise<number> => Number(await redis.command('DBSIZE'));

/** An instance with an open connection. Others can use what it reads from now on. */
async function createConnected(redis: RedisServer, env: Record<string, string> = {}): Promise<Instance> {
  const instance = createInstance({
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    // Long, so that a busy machine does not look like a slow Redis.
    SIGHTLINE_REDIS_TIMEOUT_MS: '5000',
    ...env,
  });
  const before = await sizeOf(redis);
  await until(async () => {
    await askRecord(instance, takeRecord());
    return (await sizeOf(redis)) > before;
  });
  return instance;
}

const dashboard = (from: string, to: string) => `{
  usageAnalytics(range: { from: "${from}T00:00:00Z", to: "${to}T00:00:00Z" }, interval: DAY) {
    buckets { timestamp count statuses { failed success } processTime { min max avg } }
  }
}`;

interface Dashboard {
  readonly usageAnalytics: { readonly buckets: readonly object[] };
}

describe.runIf(hasRedis)('instances that share a Redis', () => {
  test('answer without a vendor call if another has read the same', async () => {
    const redis = await startOwnRedis();
    const first = await createConnected(redis);
    const second = await createConnected(redis);
    const before = await sizeOf(redis);
    const record = takeRecord();
    expect(await askRecord(first, record)).toBe(1);
    const days = dashboard('2026-02-01', '2026-03-04');
    const read = await askApp<Dashboard>(first.app, days);
    expect(read.errors).toBeUndefined();
    expect(read.upstream).toHaveLength(3);
    // Each of three series has four segments: February, and each day of March.
    await until(async () => (await sizeOf(redis)) === before + 1 + 3 * 4);
    expect(await askRecord(second, record)).toBe(0);
    expect(await askApp(second.app, days)).toEqual({ ...read, upstream: [] });
    const third = await createConnected(redis);
    const march = await askApp<Dashboard>(third.app, dashboard('2026-03-01', '2026-03-04'));
    expect(march.upstream).toEqual([]);
    expect(march.data.usageAnalytics.buckets).toEqual(read.data.usageAnalytics.buckets.slice(28));
  });

  test('do not use the entries of one with another secret', async () => {
    const redis = await startOwnRedis();
    const first = await createConnected(redis);
    const other = await createConnected(redis, {
      SIGHTLINE_SECRET: 'a secret of another service, as long as ours',
    });
    const before = await sizeOf(redis);
    const record = takeRecord();
    await askRecord(first, record);
    await until(async () => (await sizeOf(redis)) === before + 1);
    expect(await askRecord(other, record)).toBe(1);
  });

  test('ignore entries with garbage', async () => {
    const redis = await startOwnRedis();
    const first = await createConnected(redis);
    const second = await createConnected(redis);
    const record = takeRecord();
    const before = await sizeOf(redis);
    await askRecord(first, record);
    await until(async () => (await sizeOf(redis)) === before + 1);
    const keys = (await redis.command('KEYS', '*')) as string[];
    for (const key of keys) await redis.command('SET', key, '[{"requestURI":"wrong"}]');
    expect(await askRecord(second, record)).toBe(1);
    expect(second.faults).toEqual([]);
  });

  test.each<[string, (redis: RedisServer) => unknown]>([
    ['killed', (redis) => redis.kill()],
    ['left hanging', (redis) => redis.hang(true)],
  ])('lose no answer when it is %s under load, and report it once', async (_name, spoil) => {
    const redis = await startOwnRedis();
    const instance = await createConnected(redis, { SIGHTLINE_REDIS_TIMEOUT_MS: '100' });
    let calls = 0;
    const load = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const made = await askRecord(instance, takeRecord());
        calls += made;
      }
    };
    const workers = Array.from({ length: 10 }, () => load(8));
    await load(5);
    await spoil(redis);
    await Promise.all(workers);
    await load(20);
    expect(calls).toBe(10 * 8 + 5 + 20);
    expect(instance.faults).toMatchObject([{ message: expect.stringContaining('shared cache') }]);
  });

  test('close their connections when they are closed', async () => {
    const redis = await startOwnRedis();
    const instance = await createConnected(redis);
    const clients = async () =>
      String(await redis.command('CLIENT', 'LIST'))
        .trim()
        .split('\n').length;
    expect(await clients()).toBe(2);
    await instance.app.close();
    await until(async () => (await clients()) === 1);
  });
});

describe('an instance without its Redis', () => {
  test('starts, answers and reports it', async () => {
    const instance = createInstance({ REDIS_URL: 'redis://127.0.0.1:9' });
    for (let turn = 0; turn < 5; turn += 1) expect(await askRecord(instance, takeRecord())).toBe(1);
    expect(instance.faults).toHaveLength(1);
    await instance.app.close();
  });
});
