import type { Secret } from '../../base/secret.ts';
import type { SharedBuckets, SharedStore } from '../../base/shared-store.ts';
import type { Clock } from '../../base/time.ts';
import { createRedisConnection } from './connection.ts';
import { createSharedBuckets } from './shared-buckets.ts';
import { createSharedStore } from './shared-store.ts';

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
