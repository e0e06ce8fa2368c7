import type { SharedStore } from '../../base/shared-store.ts';
import type { RedisConnection } from './connection.ts';
import { createRedisGuard } from './guard.ts';
import type { RedisGuardOptions } from './guard.ts';

export interface SharedStoreOptions extends RedisGuardOptions {
  /** How long a caller may be kept by a read, in milliseconds. */
  readonly timeoutMs: number;
}

// Nobody waits for a write; it only must not hang unnoticed.
const WRITE_TIMEOUT_MS = 1_000;
/** What may be on its way at once: a store that can't keep up loses writes, and takes no memory of ours. */
const MAX_WRITING_BYTES = 16 * 1024 * 1024;

interface Batch {
  readonly keys: string[];
  readonly found: Promise<readonly (Buffer | null)[]>;
}

/**
 * A store over a link that may be slow or gone: a read then costs `timeoutMs` at most, and soon nothing at all. Keys that
 * are read at once are one operation, which is over when all are there: making something of the first must not keep the
 * others from being heard, and one slow moment is one failure.
 */
export function createSharedStore(connection: RedisConnection, options: SharedStoreOptions): SharedStore {
  const guard = createRedisGuard(options);
  let writingBytes = 0;
  let batch: Batch | null = null;

  const openBatch = (): Batch => {
    const keys: string[] = [];
    // In its own turn, so that whoever reads in this one is part of it.
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
        // Counted until it has really ended, however long a store that hangs keeps the bytes.
        return connection.set(key, bytes, ttlMs).finally(() => {
          writingBytes -= bytes.length;
        });
      }, WRITE_TIMEOUT_MS);
    },
    close: () => connection.close(),
  };
}
