import { deriveKey, keyedDigest } from '../../base/sealing.ts';
import type { Secret } from '../../base/secret.ts';
import type { RatePolicy, SharedBuckets } from '../../base/shared-store.ts';
import type { RedisConnection } from './connection.ts';
import { createRedisGuard } from './guard.ts';
import type { RedisGuardOptions } from './guard.ts';

export interface SharedBucketsOptions extends RedisGuardOptions {
  /** How long a caller may be kept, in milliseconds. */
  readonly timeoutMs: number;
  /** `SIGHTLINE_SECRET`: who does not hold it can't tell whose a bucket is. */
  readonly secret: Secret;
}

// Nobody waits for what is given back.
const GIVE_BACK_TIMEOUT_MS = 1_000;

/**
 * A token bucket as `time points`; points below 0 are given back. The time never goes back, or clocks that differ would
 * give the same second twice. A bucket lasts until it is full again, and a minute more for clocks that differ; none is a
 * full one.
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
 * Buckets over a link that may be slow or gone. The time is the asking instance's, not Redis' own, which scripts of older
 * versions may not read before they write; instances whose clocks differ give what comes back in that difference, once.
 */
export function createSharedBuckets(
  connection: RedisConnection,
  options: SharedBucketsOptions,
): SharedBuckets {
  const { clock, timeoutMs, secret } = options;
  // A breaker apart from the cache's: an account may read and write, and have no right to run scripts.
  const guard = createRedisGuard(options);
  const namingKey = deriveKey(secret, 'sightline shared buckets v1 names');
  const nameOf = (caller: string): string =>
    `sightline:1:points:${keyedDigest(namingKey, caller).toString('base64url')}`;

  const draw = (caller: string, points: number, policy: RatePolicy, ms: number): Promise<number | null> =>
    guard(async () => {
      const numbers = [policy.capacity, policy.perSecond, clock.now(), points];
      const there = Number(await connection.run(DRAW, nameOf(caller), numbers.map(String)));
      if (!Number.isFinite(there)) throw new Error('The store holds no number of points.');
      return there;
    }, ms);

  return {
    take: (caller, points, policy) => draw(caller, points, policy, timeoutMs),
    giveBack(caller, points, policy) {
      if (points > 0) void draw(caller, -points, policy, GIVE_BACK_TIMEOUT_MS);
    },
  };
}
