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
  /** Loads these entries from the shared tier into memory, if another instance has written them. null: there is no shared tier. */
  readonly loadShared: ((entries: readonly CacheEntry[]) => Promise<void>) | null;
  write(entry: CacheEntry, cached: CachedAnswer, source: EntrySource): void;
}

/** What an entry's value was decoded from. */
export interface EntrySource {
  /** How much of the answer it takes, without its content encoding. */
  readonly bytes: number;
  /** An answer from which the entry's `decode` reads the value: the vendor's, or a segment's part of it. */
  readonly answer: () => TransportAnswer;
}

/** Names an entry of both tiers, without its answer: its key, how long it may be served, and how to decode it from the shared tier. */
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
  const loadOne = shared && createSharedLoader(source, memory, shared);

  return {
    readFresh({ scope, key, policy }, maxAgeMs) {
      const cached = maxAgeMs === 0 ? null : memory.readFresh(scope, key, policy);
      return cached && (maxAgeMs === null || clock.now() - cached.readAtMs <= maxAgeMs) ? cached : null;
    },
    readStale(entry) {
      const kept = memory.readStale(entry.scope, entry.key, entry.policy);
      if (!kept || !(kept.value instanceof Undecoded)) return kept;
      const decoded = decodeAnswer(source, kept.value.answer, entry);
      return decoded && { value: decoded.value, readAtMs: kept.readAtMs };
    },
    loadShared: loadOne
      ? async (entries) => {
          await Promise.all(entries.map(loadOne));
        }
      : null,
    write({ scope, key, policy }, { value, readAtMs }, { bytes, answer }) {
      // Nobody would read the entry.
      if (policy.freshMs <= 0 && policy.staleIfErrorMs <= 0) return;
      const kept = policy.freshMs > 0 ? value : new Undecoded(answer());
      memory.write(scope, key, policy, { value: kept, readAtMs }, bytes);
      shared?.write(scope, key, { policy, readAtMs, answer: answer() });
    },
  };
}

/**
 * An answer that is served only if the vendor fails, which is rare. Its thousands of decoded values would only be work for the
 * garbage collection.
 */
class Undecoded {
  readonly answer: TransportAnswer;

  constructor(answer: TransportAnswer) {
    this.answer = answer;
  }
}

/** null: this version cannot decode what another version wrote. */
function decodeAnswer(
  source: Source,
  answer: TransportAnswer,
  { operation, decode }: Pick<CacheEntry, 'operation' | 'decode'>,
): { readonly value: unknown } | null {
  const judgement = judgeContent(answer, { source, operation });
  if (judgement.kind === 'failed') return null;
  try {
    return { value: decode(judgement.response) };
  } catch {
    return null;
  }
}

type LoadShared = (entry: CacheEntry) => Promise<void>;

/** Loads an entry from the shared tier into memory. Callers who miss the same entry at once cause one read. Never rejects. */
function createSharedLoader(source: Source, memory: MemoryTier, shared: SharedTier): LoadShared {
  const loading = new Map<ScopedKey, Promise<void>>();
  const load: LoadShared = async ({ scope, key, operation, decode }) => {
    const found = await shared.read(scope, key);
    if (!found) return;
    const { policy, readAtMs, answer } = found;
    const decoded = decodeAnswer(source, answer, { operation, decode });
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
