import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import type { SharedBuckets } from '../../../src/base/shared-store.ts';
import { createRateLimit, createSharedRateLimit } from '../../../src/http/limits/rate-limit.ts';
import { createRedisConnection } from '../../../src/upstream/redis/connection.ts';
import { createSharedBuckets } from '../../../src/upstream/redis/shared-store.ts';
import { hasRedis, startRedis } from '../../support/redis-server.ts';
import { until } from '../../support/upstream-fixtures.ts';

const POLICY = { capacity: 100, perSecond: 10 };
const clock = { now: () => 1_772_625_600_000 };

function createFakeBuckets() {
  const state = { there: 100 as number | null, returned: [] as number[] };
  const buckets: SharedBuckets = {
    take: async () => state.there,
    giveBack: (_, points) => void state.returned.push(points),
  };
  return { state, limit: createSharedRateLimit(POLICY, buckets, createRateLimit(POLICY, clock)) };
}

describe('a limit over shared points', () => {
  test('reports the points of all instances', async () => {
    const { state, limit } = createFakeBuckets();
    state.there = 30.5;
    expect(await limit.take('a', 10)).toMatchObject({ isAllowed: true, remaining: 20, retryAfterS: 0 });
    expect(await limit.take('a', 50)).toMatchObject({ isAllowed: false, remaining: 30, retryAfterS: 2 });
  });

  test('uses its own buckets if the shared ones fail', async () => {
    const { state, limit } = createFakeBuckets();
    state.there = null;
    expect(await limit.take('a', 80)).toMatchObject({ isAllowed: true, remaining: 20 });
    expect(await limit.take('a', 80)).toMatchObject({ isAllowed: false, remaining: 20, retryAfterS: 6 });
  });

  test('points go back to the bucket that they came from, even if the store has failed since', async () => {
    const { state, limit } = createFakeBuckets();
    const shared = await limit.take('a', 50);
    state.there = null;
    const own = await limit.take('a', 100);
    shared.giveBack(40);
    expect(state.returned).toEqual([40]);
    expect(await limit.take('a', 1)).toMatchObject({ isAllowed: false, remaining: 0 });
    state.there = 50;
    own.giveBack(30);
    expect(state.returned).toEqual([40]);
    state.there = null;
    expect(await limit.take('a', 30)).toMatchObject({ isAllowed: true, remaining: 0 });
  });
});

describe.runIf(hasRedis)('limits over one Redis', () => {
  async function connect(port: number, timeoutMs: number) {
    const connection = createRedisConnection(new Secret(`redis://127.0.0.1:${port}`));
    onTestFinished(() => connection.close());
    await until(() =>
      connection.get('any').then(
        () => true,
        () => false,
      ),
    );
    const buckets = createSharedBuckets(connection, {
      clock,
      timeoutMs,
      secret: new Secret('a secret of this service'),
    });
    return createSharedRateLimit(POLICY, buckets, createRateLimit(POLICY, clock));
  }

  test('share one budget, and each uses its own when Redis is killed', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.kill());
    const limits = [await connect(redis.port, 5_000), await connect(redis.port, 5_000)] as const;
    expect(await limits[0].take('a', 60)).toMatchObject({ isAllowed: true, remaining: 40 });
    expect(await limits[1].take('a', 60)).toMatchObject({ isAllowed: false, remaining: 40 });
    await redis.kill();
    for (const limit of limits) {
      expect(await limit.take('a', 60)).toMatchObject({ isAllowed: true, remaining: 40 });
      expect(await limit.take('a', 60)).toMatchObject({ isAllowed: false, remaining: 40 });
    }
  });

  test('wait a few milliseconds at most for a Redis that hangs', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.kill());
    const limit = await connect(redis.port, 20);
    redis.hang(true);
    const startMs = performance.now();
    for (let turn = 0; turn < 100; turn += 1) await limit.take(`caller ${turn}`, 1);
    // A few are waited for; then it is left alone.
    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect(await limit.take('caller 0', 100)).toMatchObject({ isAllowed: false, remaining: 99 });
  });
});
