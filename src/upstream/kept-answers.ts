import type { Clock } from '../base/clock.ts';
import type { Secret } from '../base/secret.ts';
import type { SharedStore } from '../base/shared-store.ts';
import type { Source } from '../base/source.ts';
import { createAnswerCache } from './answer-cache.ts';
import type { CachedAnswer } from './answer-cache.ts';
import type { AnswerSlot } from './answer-slot.ts';
import { createRecall } from './recall.ts';
import { createSharedAnswers } from './shared-answers.ts';
import type { TransportAnswer } from './transport.ts';

/** Answers kept in memory and, where instances share a store, there as well. Nothing throws or rejects. */
export interface KeptAnswers {
  /** One in memory that is as good as new, and no older than `maxAgeMs`; null: as old as its policy lets it be. */
  readFresh(slot: AnswerSlot, maxAgeMs: number | null): CachedAnswer | null;
  /** One in memory that may stand in where the vendor fails. */
  readStale(slot: AnswerSlot): CachedAnswer | null;
  /** Brings into memory what another instance has kept. */
  recall(slots: readonly AnswerSlot[]): Promise<void>;
  /** `answer`: what the value was decoded from. */
  write(slot: AnswerSlot, kept: CachedAnswer, answer: TransportAnswer): void;
}

export interface KeptAnswersOptions {
  readonly source: Source;
  readonly clock: Clock;
  /** How many bytes are kept in memory. */
  readonly maxBytes: number;
  /** The vendor's address. */
  readonly baseUrl: string;
  readonly shared: { readonly store: SharedStore; readonly secret: Secret } | undefined;
}

export function createKeptAnswers(options: KeptAnswersOptions): KeptAnswers {
  const { source, clock, maxBytes, baseUrl } = options;
  const memory = createAnswerCache(clock, maxBytes);
  const shared = options.shared && createSharedAnswers({ ...options.shared, clock, baseUrl });
  const recallOne = shared && createRecall(source, memory, shared);

  return {
    readFresh({ scope, key, cache }, maxAgeMs) {
      const kept = maxAgeMs === 0 ? null : memory.readFresh(scope, key, cache);
      return kept && (maxAgeMs === null || clock.now() - kept.readAtMs <= maxAgeMs) ? kept : null;
    },
    readStale: ({ scope, key, cache }) => memory.readStale(scope, key, cache),
    async recall(slots) {
      if (recallOne) await Promise.all(slots.map(recallOne));
    },
    write({ scope, key, cache }, { value, readAtMs }, answer) {
      memory.write(scope, key, cache, { value, readAtMs }, answer.body.length);
      shared?.write(scope, key, { policy: cache, readAtMs, answer });
    },
  };
}
