import { LRUCache } from 'lru-cache';
import type { CredentialScope, ScopedKey } from '../../base/credential-scope.ts';
import type { Clock } from '../../base/time.ts';
import type { CachePolicy } from '../upstream.ts';

/** An answer as read from the vendor. */
export interface CachedAnswer {
  readonly value: unknown;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly readAtMs: number;
}

/** Answers kept in memory, each for one credential scope. */
export interface MemoryTier {
  /** An answer that is as good as new for its writer and for this reader. */
  readFresh(scope: CredentialScope, key: ScopedKey, policy: CachePolicy): CachedAnswer | null;
  /** An answer that may stand in for a vendor that fails. */
  readStale(scope: CredentialScope, key: ScopedKey, policy: CachePolicy): CachedAnswer | null;
  /**
   * Keeps an answer of `bytes` decoded body bytes, unless its policy lets it never be read or a newer one is kept already.
   */
  write(
    scope: CredentialScope,
    key: ScopedKey,
    policy: CachePolicy,
    answer: CachedAnswer,
    bytes: number,
  ): void;
}

interface Entry {
  readonly scope: CredentialScope;
  readonly policy: CachePolicy;
  readonly answer: CachedAnswer;
}

// A parsed answer weighs about twice its text, and an entry something of its own.
const WEIGHT_A_BYTE = 2;
const ENTRY_BYTES = 512;

/** A cache that holds `maxBytes` at most and lets the longest unread go first. */
export function createMemoryTier(clock: Clock, maxBytes: number): MemoryTier {
  const entries = new LRUCache<ScopedKey, Entry>({ maxSize: maxBytes });
  /**
   * Both policies count: what was read while its range was live must not pass for closed because time has gone by. The
   * scope is checked again, so that even a key made wrongly can't show one tenant's answer to another.
   */
  const read = (
    scope: CredentialScope,
    key: ScopedKey,
    limitMs: (policy: CachePolicy) => number,
    policy: CachePolicy,
  ) => {
    const entry = entries.get(key);
    if (!entry || entry.scope !== scope) return null;
    const ageMs = clock.now() - entry.answer.readAtMs;
    return ageMs >= 0 && ageMs < Math.min(limitMs(entry.policy), limitMs(policy)) ? entry.answer : null;
  };
  return {
    readFresh: (scope, key, policy) => read(scope, key, ({ freshMs }) => freshMs, policy),
    readStale: (scope, key, policy) => read(scope, key, ({ staleIfErrorMs }) => staleIfErrorMs, policy),
    write(scope, key, policy, answer, bytes) {
      if (policy.freshMs <= 0 && policy.staleIfErrorMs <= 0) return;
      const kept = entries.peek(key);
      // What was kept before a clock was set back says nothing.
      const isNewer = kept && kept.answer.readAtMs > answer.readAtMs && kept.answer.readAtMs <= clock.now();
      if (isNewer && kept.scope === scope) return;
      entries.set(
        key,
        { scope, policy, answer },
        { size: ENTRY_BYTES + 2 * key.length + WEIGHT_A_BYTE * bytes },
      );
    },
  };
}
