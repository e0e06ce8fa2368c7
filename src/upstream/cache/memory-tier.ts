import { LRUCache } from 'lru-cache';
import type { CredentialScope, ScopedKey } from '../../base/credential-scope.ts';
import type { Clock } from '../../base/time.ts';
import type { TransportAnswer } from '../transport.ts';
import type { CachePolicy } from '../upstream.ts';

/** Answers cached in this process, each for one credential scope. */
export interface MemoryTier {
  /** An answer that the policies of its writer and of this reader call fresh, or null. */
  readFresh(scope: CredentialScope, key: ScopedKey, policy: CachePolicy): CachedAnswer | null;
  /** An answer that both policies let be served stale if the vendor fails, or null. */
  readStale(
    scope: CredentialScope,
    key: ScopedKey,
    policy: CachePolicy,
  ): CachedAnswer | UndecodedAnswer | null;
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
  /**
   * The same for an answer whose policy never calls it fresh. It is decoded only if it is served, because most such answers never
   * are, and thousands of decoded rows that stay make each garbage collection longer.
   */
  writeUndecoded(
    scope: CredentialScope,
    key: ScopedKey,
    policy: CachePolicy,
    answer: TransportAnswer,
    readAtMs: number,
  ): void;
}

export interface CachedAnswer {
  readonly value: unknown;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly readAtMs: number;
}

/** An answer as the vendor gave it. */
export interface UndecodedAnswer {
  readonly undecoded: TransportAnswer;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly readAtMs: number;
}

interface Entry {
  readonly scope: CredentialScope;
  readonly policy: CachePolicy;
  readonly answer: CachedAnswer | UndecodedAnswer;
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
  const find = (
    scope: CredentialScope,
    key: ScopedKey,
    limitMs: (policy: CachePolicy) => number,
    policy: CachePolicy,
  ): Entry['answer'] | null => {
    const entry = entries.get(key);
    if (!entry || entry.scope !== scope) return null;
    const ageMs = clock.now() - entry.answer.readAtMs;
    return ageMs >= 0 && ageMs < Math.min(limitMs(entry.policy), limitMs(policy)) ? entry.answer : null;
  };
  const store = (key: ScopedKey, entry: Entry, bytes: number): void => {
    const { scope, policy, answer } = entry;
    if (policy.freshMs <= 0 && policy.staleIfErrorMs <= 0) return;
    const cached = entries.peek(key);
    // An answer from the future was cached before the clock was set back, and is replaced.
    const isNewer =
      cached && cached.answer.readAtMs > answer.readAtMs && cached.answer.readAtMs <= clock.now();
    if (isNewer && cached.scope === scope) return;
    entries.set(key, entry, { size: ENTRY_BYTES + 2 * key.length + bytes });
  };
  return {
    readFresh(scope, key, policy) {
      const answer = find(scope, key, ({ freshMs }) => freshMs, policy);
      return answer && 'value' in answer ? answer : null;
    },
    readStale: (scope, key, policy) => find(scope, key, ({ staleIfErrorMs }) => staleIfErrorMs, policy),
    write: (scope, key, policy, answer, bytes) =>
      store(key, { scope, policy, answer }, WEIGHT_PER_BYTE * bytes),
    writeUndecoded(scope, key, policy, { status, headers, body }, readAtMs) {
      if (policy.staleIfErrorMs <= 0) return;
      // A copy, because a body may be a small part of a large buffer, which it would keep.
      const undecoded = { status, headers, body: Buffer.from(new Uint8Array(body).buffer) };
      store(key, { scope, policy, answer: { undecoded, readAtMs } }, body.length + weigh(headers));
    },
  };
}

function weigh(headers: TransportAnswer['headers']): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) bytes += 2 * (name.length + value.length);
  return bytes;
}
