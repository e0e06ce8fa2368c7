import type { Clock } from '../base/clock.ts';
import type { SharedStore } from '../base/shared-store.ts';
import { createBreaker } from './breaker.ts';
import type { StoreLink } from './store-link.ts';

export interface SharedStoreOptions {
  readonly clock: Clock;
  /** How long a caller may be kept by a read, in milliseconds. */
  readonly timeoutMs: number;
  /** The store has begun to fail and is left alone. Told once, until it works again. Must not throw. */
  readonly onTrouble?: () => void;
}

// More than half of the latest ten operations fail: then it is asked once in five seconds whether it is back.
const RULE = { breakerOpenMs: 5_000, breakerWindow: 10, breakerThreshold: 0.5, breakerMinimum: 3 };
// Nobody waits for a write; it only must not hang unnoticed.
const WRITE_TIMEOUT_MS = 1_000;
/** What may be on its way at once: a store that can't keep up loses writes, and takes no memory of ours. */
const MAX_WRITING_BYTES = 16 * 1024 * 1024;

/** A store over a link that may be slow or gone: a read then costs `timeoutMs` at most, and soon nothing at all. */
export function createSharedStore(link: StoreLink, options: SharedStoreOptions): SharedStore {
  const { clock, timeoutMs, onTrouble } = options;
  const breaker = createBreaker(clock, RULE);
  let writingBytes = 0;
  let isTroubled = false;

  const guard = async <Value>(work: () => Promise<Value>, ms: number): Promise<Value | null> => {
    const report = breaker.permit();
    if (!report) return null;
    try {
      const value = await within(work(), ms);
      report('fine');
      if (!breaker.isOpen()) isTroubled = false;
      return value;
    } catch {
      report('fault');
      if (breaker.isOpen() && !isTroubled) {
        isTroubled = true;
        onTrouble?.();
      }
      return null;
    }
  };

  return {
    read: (key) => guard(() => link.get(key), timeoutMs),
    write(key, bytes, ttlMs) {
      if (writingBytes + bytes.length > MAX_WRITING_BYTES) return;
      void guard(() => {
        writingBytes += bytes.length;
        // Counted until it has really ended, however long a store that hangs keeps the bytes.
        return link.set(key, bytes, ttlMs).finally(() => {
          writingBytes -= bytes.length;
        });
      }, WRITE_TIMEOUT_MS);
    },
    close: () => link.close(),
  };
}

function within<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // An answer that has come while this process was busy is still taken: it is read before `setImmediate`.
      setImmediate(() => reject(new Error('The store did not answer in time.')));
    }, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
