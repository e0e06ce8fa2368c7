import type { SharedStore } from '../../base/shared-store.ts';
import type { RedisConnection } from './connection.ts';
import { createRedisGuard } from './guard.ts';
import type { RedisGuardOptions } from './guard.ts';

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
