import { deriveKey, keyedDigest } from '../../base/sealing.ts';
import type { Secret } from '../../base/secret.ts';
import type { RatePolicy, SharedBuckets, SharedStore } from '../../base/shared-store.ts';
import type { Clock } from '../../base/time.ts';
import { createRedisConnection, createRedisGuard } from './connection.ts';
import type { RedisConnection, RedisGuardOptions } from './connection.ts';

/** What instances share over one Redis connection. */
export interface SharedRedis {
  readonly store: SharedStore;
  readonly buckets: SharedBuckets;
}

export interface SharedRedisOptions {
  /** May hold a password. */
  readonly url: Secret;
  /** How long one read or write may take, in milliseconds. */
  readonly timeoutMs: number;
  /** `SIGHTLINE_SECRET`. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/** Begins to connect. The service answers without Redis as long as there is no connection. */
export function openSharedRedis({ url, timeoutMs, secret, clock, onFault }: SharedRedisOptions): SharedRedis {
  const connection = createRedisConnection(url);
  const reportFault = (text: string) => () => onFault(new Error(text));
  return {
    store: createSharedStore(connection, {
      clock,
      timeoutMs,
      onTrouble: reportFault('The shared cache fails: the service pauses its use and answers without it.'),
    }),
    buckets: createSharedBuckets(connection, {
      clock,
      timeoutMs,
      secret,
      onTrouble: reportFault(
        'The shared points fail: the service pauses their use, and each instance counts its own.',
      ),
    }),
  };
}

export interface SharedStoreOptions extends RedisGuardOptions {
  /** How long a read may take, in milliseconds. */
  readonly timeoutMs: number;
}

// Nobody waits for a write. The timeout is there to notice a store that hangs.
const WRITE_TIMEOUT_MS = 1_000;
/** The most bytes of unfinished writes. If a store is too slow, further writes are dropped, so that they take no memory. */
const MAX_WRITING_BYTES = 16 * 1024 * 1024;

interface Batch {
  readonly keys: string[];
  readonly found: Promise<readonly (Buffer | null)[]>;
}

/**
 * A store over a connection that may be slow or gone. A read then takes at most `timeoutMs`, and soon no time at all. Keys
 * that are read in the same turn of the event loop are one operation, which ends when all are read: so work on the first
 * value does not delay the others beyond the timeout, and one slow moment counts as one failure.
 */
export function createSharedStore(connection: RedisConnection, options: SharedStoreOptions): SharedStore {
  const guard = createRedisGuard(options);
  let writingBytes = 0;
  let batch: Batch | null = null;

  const openBatch = (): Batch => {
    const keys: string[] = [];
    // Waits a microtask, so that all keys of this turn are in the batch.
    const opened = Promise.resolve();
    const readAll = async (): Promise<readonly (Buffer | null)[]> => {
      await opened;
      batch = null;
      const found: (Buffer | null)[] = keys.map(() => null);
      const readOne = async (key: string, index: number): Promise<void> => {
        found[index] = await connection.get(key);
      };
      await guard(() => Promise.all(keys.map(readOne)), options.timeoutMs);
      return found;
    };
    return { keys, found: readAll() };
  };

  return {
    async read(key) {
      batch ??= openBatch();
      const { keys, found } = batch;
      const index = keys.push(key) - 1;
      return (await found)[index] ?? null;
    },
    write(key, bytes, ttlMs) {
      if (writingBytes + bytes.length > MAX_WRITING_BYTES) return;
      void guard(() => {
        writingBytes += bytes.length;
        // Counted until the write has ended, not until its timeout, because a store that hangs still holds the bytes.
        return connection.set(key, bytes, ttlMs).finally(() => {
          writingBytes -= bytes.length;
        });
      }, WRITE_TIMEOUT_MS);
    },
    close: () => connection.close(),
  };
}

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
