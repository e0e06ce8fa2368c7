import type { CredentialScope, ScopedKey } from '../../base/credential-scope.ts';
import type { Secret } from '../../base/secret.ts';
import type { SharedStore } from '../../base/shared-store.ts';
import type { Source } from '../../base/source.ts';
import type { Clock } from '../../base/time.ts';
import { judgeContent } from '../judgement.ts';
import type { TransportAnswer } from '../transport.ts';
import type { CachePolicy, UpstreamResponse } from '../upstream.ts';
import { createMemoryTier } from './memory-tier.ts';
import type { CachedAnswer, MemoryTier } from './memory-tier.ts';
import { createSharedTier } from './shared-tier.ts';
import type { SharedTier } from './shared-tier.ts';

/** Answers in the memory tier and, if instances share a store, in the shared tier. Nothing throws or rejects. */
export interface TwoTierCache {
  /**
   * A fresh answer in memory, or null.
   * @param maxAgeMs it is no older than this; null: as old as its policy allows
   */
  readFresh(entry: CacheEntry, maxAgeMs: number | null): CachedAnswer | null;
  /** An answer in memory that may be served stale if the vendor fails, or null. */
  readStale(entry: CacheEntry): CachedAnswer | null;
  /** Loads these entries from the shared tier into memory, if another instance has written them. */
  loadShared(entries: readonly CacheEntry[]): Promise<void>;
  /** @param answer an answer from which the entry's `decode` reads the value: the vendor's, or a segment's part of it */
  write(entry: CacheEntry, cached: CachedAnswer, answer: TransportAnswer): void;
}

/** Names an entry of both tiers, without its answer: its key, how long it may be served, and how to decode it from its bytes. */
export interface CacheEntry {
  readonly scope: CredentialScope;
  readonly key: ScopedKey;
  readonly policy: CachePolicy;
  /** The vendor's path template. */
  readonly operation: string;
  /** Throws if it cannot understand the answer. */
  readonly decode: (response: UpstreamResponse) => unknown;
}

export interface TwoTierCacheOptions {
  readonly source: Source;
  readonly clock: Clock;
  /** The bound of the memory tier. */
  readonly maxBytes: number;
  /** The vendor's address. */
  readonly baseUrl: string;
  readonly shared: { readonly store: SharedStore; readonly secret: Secret } | undefined;
}

export function createTwoTierCache(options: TwoTierCacheOptions): TwoTierCache {
  const { source, clock, maxBytes, baseUrl } = options;
  const memory = createMemoryTier(clock, maxBytes);
  const shared = options.shared && createSharedTier({ ...options.shared, clock, baseUrl });
  const decodeAnswer = createDecoder(source);
  const loadOne = shared && createSharedLoader(memory, shared, decodeAnswer);

  return {
    readFresh({ scope, key, policy }, maxAgeMs) {
      const cached = maxAgeMs === 0 ? null : memory.readFresh(scope, key, policy);
      return cached && (maxAgeMs === null || clock.now() - cached.readAtMs <= maxAgeMs) ? cached : null;
    },
    readStale(entry) {
      const cached = memory.readStale(entry.scope, entry.key, entry.policy);
      if (!cached || 'value' in cached) return cached;
      const decoded = decodeAnswer(entry, cached.undecoded);
      return decoded && { ...decoded, readAtMs: cached.readAtMs };
    },
    async loadShared(entries) {
      if (loadOne) await Promise.all(entries.map(loadOne));
    },
    write({ scope, key, policy }, { value, readAtMs }, answer) {
      if (policy.freshMs > 0) memory.write(scope, key, policy, { value, readAtMs }, answer.body.length);
      else memory.writeUndecoded(scope, key, policy, answer, readAtMs);
      shared?.write(scope, key, { policy, readAtMs, answer });
    },
  };
}

/** null: this version cannot decode the answer. */
type DecodeAnswer = (entry: CacheEntry, answer: TransportAnswer) => { readonly value: unknown } | null;

function createDecoder(source: Source): DecodeAnswer {
  return ({ operation, decode }, answer) => {
    const judgement = judgeContent(answer, { source, operation });
    if (judgement.kind === 'failed') return null;
    try {
      return { value: decode(judgement.response) };
    } catch {
      return null;
    }
  };
}

type LoadShared = (entry: CacheEntry) => Promise<void>;

/** Loads an entry from the shared tier into memory. Callers who miss the same entry at once cause one read. Never rejects. */
function createSharedLoader(memory: MemoryTier, shared: SharedTier, decodeAnswer: DecodeAnswer): LoadShared {
  const loading = new Map<ScopedKey, Promise<void>>();
  const load: LoadShared = async (entry) => {
    const { scope, key } = entry;
    const found = await shared.read(scope, key);
    if (!found) return;
    const { policy, readAtMs, answer } = found;
    if (policy.freshMs <= 0) return memory.writeUndecoded(scope, key, policy, answer, readAtMs);
    // Another version may have written what this version cannot decode: a miss.
    const decoded = decodeAnswer(entry, answer);
    if (decoded) memory.write(scope, key, policy, { ...decoded, readAtMs }, answer.body.length);
  };
  return (entry) => {
    const { key } = entry;
    const running = loading.get(key);
    if (running) return running;
    const started = load(entry).finally(() => loading.delete(key));
    loading.set(key, started);
    return started;
  };
}
