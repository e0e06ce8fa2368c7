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

/** Where an answer is kept, and how it is read where another instance has kept it. */
export interface CacheEntryKey {
  readonly scope: CredentialScope;
  readonly key: ScopedKey;
  readonly cache: CachePolicy;
  /** The vendor's path template. */
  readonly operation: string;
  /** Throws where the answer can't be understood. */
  readonly decode: (response: UpstreamResponse) => unknown;
}

/** Answers kept in memory and, where instances share a store, there as well. Nothing throws or rejects. */
export interface TwoTierCache {
  /** One in memory that is as good as new, and no older than `maxAgeMs`; null: as old as its policy lets it be. */
  readFresh(entryKey: CacheEntryKey, maxAgeMs: number | null): CachedAnswer | null;
  /** One in memory that may stand in where the vendor fails. */
  readStale(entryKey: CacheEntryKey): CachedAnswer | null;
  /** Brings into memory what another instance has kept. */
  loadShared(entryKeys: readonly CacheEntryKey[]): Promise<void>;
  /** `answer`: what the value was decoded from. */
  write(entryKey: CacheEntryKey, kept: CachedAnswer, answer: TransportAnswer): void;
}

export interface TwoTierCacheOptions {
  readonly source: Source;
  readonly clock: Clock;
  /** How many bytes are kept in memory. */
  readonly maxBytes: number;
  /** The vendor's address. */
  readonly baseUrl: string;
  readonly shared: { readonly store: SharedStore; readonly secret: Secret } | undefined;
}

export function createTwoTierCache(options: TwoTierCacheOptions): TwoTierCache {
  const { source, clock, maxBytes, baseUrl } = options;
  const memory = createMemoryTier(clock, maxBytes);
  const shared = options.shared && createSharedTier({ ...options.shared, clock, baseUrl });
  const loadOne = shared && createSharedLoader(source, memory, shared);

  return {
    readFresh({ scope, key, cache }, maxAgeMs) {
      const kept = maxAgeMs === 0 ? null : memory.readFresh(scope, key, cache);
      return kept && (maxAgeMs === null || clock.now() - kept.readAtMs <= maxAgeMs) ? kept : null;
    },
    readStale: ({ scope, key, cache }) => memory.readStale(scope, key, cache),
    async loadShared(entryKeys) {
      if (loadOne) await Promise.all(entryKeys.map(loadOne));
    },
    write({ scope, key, cache }, { value, readAtMs }, answer) {
      memory.write(scope, key, cache, { value, readAtMs }, answer.body.length);
      shared?.write(scope, key, { policy: cache, readAtMs, answer });
    },
  };
}

/** Brings into memory what another instance has read, if there is anything. Never rejects. */
export type LoadShared = (entryKey: CacheEntryKey) => Promise<void>;

/** Many callers who miss the same answer at once cause one look. */
export function createSharedLoader(source: Source, memory: MemoryTier, shared: SharedTier): LoadShared {
  const underWay = new Map<ScopedKey, Promise<void>>();
  const look: LoadShared = async ({ scope, key, operation, decode }) => {
    const found = await shared.read(scope, key);
    if (!found) return;
    const { policy, readAtMs, answer } = found;
    const judgement = judgeContent(answer, { source, operation });
    if (judgement.kind === 'failed') return;
    try {
      memory.write(scope, key, policy, { value: decode(judgement.response), readAtMs }, answer.body.length);
    } catch {
      // This version can't read what another has kept: a miss, as if nothing were there.
    }
  };
  return (entryKey) => {
    const { key } = entryKey;
    const earlier = underWay.get(key);
    if (earlier) return earlier;
    const looking = look(entryKey).finally(() => underWay.delete(key));
    underWay.set(key, looking);
    return looking;
  };
}
