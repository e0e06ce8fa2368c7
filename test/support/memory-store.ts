import type { SharedStore } from '../../src/base/shared-store.ts';

/** A shared store in this process, so that two services can share it without a Redis. */
export function createMemoryStore(): SharedStore & {
  readonly entries: Map<string, { bytes: Buffer; ttlMs: number }>;
  readonly reads: string[];
} {
  const entries = new Map<string, { bytes: Buffer; ttlMs: number }>();
  const reads: string[] = [];
  return {
    entries,
    reads,
    async read(key) {
      reads.push(key);
      return entries.get(key)?.bytes ?? null;
    },
    write: (key, bytes, ttlMs) => void entries.set(key, { bytes, ttlMs }),
    close: async () => {},
  };
}
