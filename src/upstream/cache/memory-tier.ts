import { LRUCache } from 'lru-cache';
import type { CredentialScope, ScopedKey } from '../../base/credential-scope.ts';
import type { Clock } from '../../base/time.ts';
import type { CachePolicy } from '../upstream.ts';

/** Answers cached in this process, each for one credential scope. */
export interface MemoryTier {
  /** An answer that the policies of its writer and of this reader call fresh, or null. */
  readFresh(scope: CredentialScope, key: ScopedKey, policy: CachePolicy): CachedAnswer | null;
  /** An answer that both policies let be served stale if the vendor fails, or null. */
  readStale(scope: CredentialScope, key: ScopedKey, policy: CachePolicy): CachedAnswer | null;
  /**
   * Caches an answer, unless its policy never lets it be served or a newer answer is cached.
   * @param bytes the length of the body, without its content encoding
   */
  write(
    scope: CredentialScope,
    key: ScopedKey,
    policy: CachePolicy,
    answer: CachedAnswer,
    bytes: number,
  ): void;
}

export interface CachedAnswer {
  readonly value: unknown;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly readAtMs: number;
}

interface Entry {
  readonly scope: CredentialScope;
  readonly policy: CachePolicy;
  readonly answer: CachedAnswer;
}

// A parsed answer takes about twice the memory of its text, and an entry takes some itself.
const WEIGHT_PER_BYTE = 2;
const ENTRY_BYTES = 512;

/** @param maxBytes if more are cached, the entries that were not read for the longest time are deleted */
export function createMemoryTier(clock: Clock, maxBytes: number): MemoryTier {
  const entries = new LRUCache<ScopedKey, Entry>({ maxSize: maxBytes });
  /**
   * Both policies count, because an answer that was read while its range was live does not become settled data later. The
   * scope is compared as well, so that a wrong key cannot show one tenant's answer to another.
   */
  const read = (
    scope: CredentialScope,
    key: ScopedKey,
    limitMs: (policy: CachePolicy) => number,
    policy: CachePolicy,
  ): CachedAnswer | null => {
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
      const cached = entries.peek(key);
      // An answer from the future was cached before the clock was set back, and is replaced.
      const isNewer =
        cached && cached.answer.readAtMs > answer.readAtMs && cached.answer.readAtMs <= clock.now();
      if (isNewer && cached.scope === scope) return;
      entries.set(
        key,
        { scope, policy, answer },
        { size: ENTRY_BYTES + 2 * key.length + WEIGHT_PER_BYTE * bytes },
      );
    },
  };
}
