import { deriveKey, keyedDigest } from '../../base/sealing.ts';
import type { Secret } from '../../base/secret.ts';
import type { RatePolicy, SharedBuckets } from '../../base/shared-store.ts';
import type { RedisConnection } from './connection.ts';
import { createRedisGuard } from './guard.ts';
import type { RedisGuardOptions } from './guard.ts';

export interface SharedBucketsOptions extends RedisGuardOptions {
  /** How long a caller waits for the store at most, in milliseconds. */
  readonly timeoutMs: number;
  /** `SIGHTLINE_SECRET`. Without it nobody can find out whose a bucket is. */
  readonly secret: Secret;
}

// Nobody waits for the result.
const GIVE_BACK_TIMEOUT_MS = 1_000;

/**
 * A token bucket, stored as `time points`. Negative points are given back. The time of a bucket never goes back, because
 * clocks that differ would otherwise refill the same second twice. A bucket expires a minute after it is full again, because
 * clocks may differ; a missing bucket is a full one.
 */
const DRAW = `
local capacity, perSecond, now, points = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local at, there = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
at, there = tonumber(at or now) or now, tonumber(there or capacity) or capacity
there = math.min(there + math.max(now - at, 0) / 1000 * perSecond, capacity)
if points <= there then
  local left = math.min(there - points, capacity)
  local bucket = string.format('%.17g %.17g', math.max(now, at), left)
  redis.call('SET', KEYS[1], bucket, 'PX', string.format('%.0f', (capacity - left) / perSecond * 1000 + 60000))
end
return string.format('%.17g', there)`;

/**
 * Buckets over a connection that may be slow or gone. The time is that of the instance, because scripts of older Redis
 * versions may not read Redis' own time before they write. If clocks differ, the refill of that difference is given once.
 */
export function createSharedBuckets(
  connection: RedisConnection,
  options: SharedBucketsOptions,
): SharedBuckets {
  const { clock, timeoutMs, secret } = options;
  // Not the guard of the cache, because an account may be allowed to read and write but not to run scripts.
  const guard = createRedisGuard(options);
  const namingKey = deriveKey(secret, 'sightline shared buckets v1 names');
  const nameOf = (caller: string): string =>
    `sightline:1:points:${keyedDigest(namingKey, caller).toString('base64url')}`;

  const draw = (caller: string, points: number, policy: RatePolicy, ms: number): Promise<number | null> =>
    guard(async () => {
      const numbers = [policy.capacity, policy.perSecond, clock.now(), points];
      const there = Number(await connection.run(DRAW, nameOf(caller), numbers.map(String)));
      if (!Number.isFinite(there)) throw new Error('The stored bucket has no number of points.');
      return there;
    }, ms);

  return {
    take: (caller, points, policy) => draw(caller, points, policy, timeoutMs),
    giveBack(caller, points, policy) {
      if (points > 0) void draw(caller, -points, policy, GIVE_BACK_TIMEOUT_MS);
    },
  };
}
