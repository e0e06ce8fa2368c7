import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import type { SharedBuckets } from '../../../src/base/shared-store.ts';
import { createRedisConnection } from '../../../src/upstream/redis/connection.ts';
import { createSharedBuckets } from '../../../src/upstream/redis/shared-store.ts';
import { hasRedis, startRedis } from '../../support/redis-server.ts';
import type { RedisServer } from '../../support/redis-server.ts';
import { createSimulatedTime, until } from '../../support/upstream-fixtures.ts';

const POLICY = { capacity: 100, perSecond: 10 };

async function startOwnRedis(): Promise<RedisServer> {
  const redis = await startRedis();
  onTestFinished(() => redis.kill());
  return redis;
}

interface Instance {
  readonly buckets: SharedBuckets;
  pass(ms: number): void;
}

/** Buckets over an open connection, with a clock of their own. */
async function connect({ port }: RedisServer, secret = 'a secret of this service'): Promise<Instance> {
  let nowMs = 1_772_625_600_000;
  const connection = createRedisConnection(new Secret(`redis://127.0.0.1:${port}`));
  onTestFinished(() => connection.close());
  await until(() =>
    connection.get('any').then(
      () => true,
      () => false,
    ),
  );
  const buckets = createSharedBuckets(connection, {
    clock: { now: () => nowMs },
    // Long, so that a busy machine is not mistaken for a slow Redis.
    timeoutMs: 5_000,
    secret: new Secret(secret),
  });
  return {
    buckets,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

/** The points that an instance sees. Takes none. */
const pointsOf = ({ buckets }: Instance, caller: string) => buckets.take(caller, 0, POLICY);

describe.runIf(hasRedis)('shared buckets', () => {
  test('instances together never give more than the capacity and the refill, less what was given back', async () => {
    const redis = await startOwnRedis();
    const instances = [await connect(redis), await connect(redis)] as const;
    const step = fc.record({
      points: fc.integer({ min: 1, max: 12 }),
      usedShare: fc.constantFrom(0, 0.5, 1, 1, 1, 1),
      passMs: fc.integer({ min: 0, max: 400 }),
      skewMs: fc.integer({ min: 0, max: 2 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 30, size: 'max' }),
        fc.record({ capacity: fc.integer({ min: 1, max: 30 }), perSecond: fc.integer({ min: 20, max: 50 }) }),
        async (steps, policy) => {
          run += 1;
          const caller = `caller ${run}`;
          const used: { atMs: number; points: number }[] = [];
          let atMs = 0;
          let skewsMs = 0;
          for (const { points, usedShare, passMs, skewMs } of steps) {
            for (const instance of instances) instance.pass(passMs);
            // The difference of the clocks grows.
            instances[0].pass(skewMs);
            skewsMs += skewMs;
            atMs += passMs;
            const ask = async ({ buckets }: Instance): Promise<void> => {
              const there = await buckets.take(caller, points, policy);
              expect(there).not.toBeNull();
              expect(there).toBeLessThanOrEqual(policy.capacity);
              if (there === null || points > there) return;
              const spent = Math.ceil(points * usedShare);
              buckets.giveBack(caller, points - spent, policy);
              used.push({ atMs, points: spent });
            };
            // More than there can be, all at once: no points are given twice.
            await Promise.all([...instances, ...instances, ...instances].map(ask));
            // Redis has the points that were given back before time advances, because these reads come after them.
            await Promise.all(instances.map(({ buckets }) => buckets.take(caller, 0, policy)));
          }
          for (const [from, first] of used.entries()) {
            let sum = 0;
            for (const { atMs: thenMs, points } of used.slice(from)) {
              sum += points;
              const elapsedS = (thenMs - first.atMs + skewsMs) / 1_000;
              expect(sum).toBeLessThanOrEqual(policy.capacity + elapsedS * policy.perSecond + 1e-6);
            }
          }
          // The clocks agree again for the next step.
          instances[1].pass(skewsMs);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a difference of clocks is refilled once, for any number of turns', async () => {
    const redis = await startOwnRedis();
    const [ahead, behind] = [await connect(redis), await connect(redis)];
    ahead.pass(1_000);
    expect(await behind.buckets.take('a', 100, POLICY)).toBe(100);
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await ahead.buckets.take('a', turn === 0 ? 10 : 1, POLICY)).toBe(turn === 0 ? 10 : 0);
      expect(await behind.buckets.take('a', 1, POLICY)).toBe(0);
      // Takes no points, but writes the bucket.
      expect(await pointsOf(behind, 'a')).toBe(0);
    }
  });

  test('unused points are there for the other instance, at most the capacity', async () => {
    const redis = await startOwnRedis();
    const [one, other] = [await connect(redis), await connect(redis)];
    await one.buckets.take('a', 90, POLICY);
    expect(await pointsOf(other, 'a')).toBe(10);
    one.buckets.giveBack('a', 50, POLICY);
    await until(async () => (await pointsOf(other, 'a')) === 60);
    one.buckets.giveBack('a', 5_000, POLICY);
    await until(async () => (await pointsOf(other, 'a')) === 100);
    expect(await pointsOf(other, 'b')).toBe(100);
  });

  test('expire, and show nothing about the caller', async () => {
    const redis = await startOwnRedis();
    const { buckets } = await connect(redis);
    await buckets.take('ada@example.com', 50, POLICY);
    const keys = (await redis.command('KEYS', '*')) as string[];
    expect(keys).toEqual([expect.stringMatching(/^sightline:1:points:[\w-]{43}$/)]);
    const [key = ''] = keys;
    expect(await redis.command('GET', key)).toMatch(/^[\d.]+ 50$/);
    // Full again in 5 s, then a minute more.
    expect(await redis.command('PTTL', key)).toBeGreaterThan(60_000);
    expect(await redis.command('PTTL', key)).toBeLessThanOrEqual(65_000);
  });

  test('an instance with another secret shares nothing', async () => {
    const redis = await startOwnRedis();
    const own = await connect(redis);
    const foreign = await connect(redis, 'a secret of another service');
    await own.buckets.take('a', 100, POLICY);
    expect(await pointsOf(own, 'a')).toBe(0);
    expect(await pointsOf(foreign, 'a')).toBe(100);
    expect(await redis.command('DBSIZE')).toBe(2);
  });

  test.each([
    ['a foreign text', 'garbage', 100],
    ['a text instead of a number', '0 nan', null],
  ])('a bucket with %s does no harm', async (_, text, there) => {
    const redis = await startOwnRedis();
    const instance = await connect(redis);
    await instance.buckets.take('a', 50, POLICY);
    const [key = ''] = (await redis.command('KEYS', '*')) as string[];
    await redis.command('SET', key, text);
    expect(await pointsOf(instance, 'a')).toBe(there);
  });

  test('an account that may not run scripts has no buckets, but keeps its cache', async () => {
    const redis = await startOwnRedis();
    await redis.command('ACL', 'SETUSER', 'plain', 'on', '>canary', '~*', '+@all', '-@scripting');
    const connection = createRedisConnection(new Secret(`redis://plain:canary@127.0.0.1:${redis.port}`));
    onTestFinished(() => connection.close());
    await until(() =>
      connection.get('any').then(
        () => true,
        () => false,
      ),
    );
    const { clock } = createSimulatedTime();
    let troubles = 0;
    const buckets = createSharedBuckets(connection, {
      clock,
      timeoutMs: 5_000,
      secret: new Secret('a secret of this service'),
      onTrouble: () => {
        troubles += 1;
      },
    });
    for (let turn = 0; turn < 10; turn += 1) expect(await buckets.take('a', 1, POLICY)).toBeNull();
    expect(troubles).toBe(1);
    expect(await connection.get('any')).toBeNull();
  });
});
