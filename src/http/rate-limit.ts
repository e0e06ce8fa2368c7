import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import type { RatePolicy } from '../base/rate-policy.ts';
import { createRateVerdict } from './rate-verdict.ts';
import type { RateVerdict } from './rate-verdict.ts';

/** One bucket of points a caller. */
export interface RateLimit {
  /** Takes points, or none where there are too few. Never rejects. */
  take(caller: string, points: number): RateVerdict | Promise<RateVerdict>;
}

/** One that can tell at once. */
export interface OwnRateLimit extends RateLimit {
  take(caller: string, points: number): RateVerdict;
}

interface Bucket {
  readonly points: number;
  readonly atMs: number;
}

/** Callers that are remembered at once; one that is forgotten begins with a full bucket. */
const MAX_CALLERS = 50_000;

/**
 * Token buckets, in this process's memory. In any stretch of time a caller takes no more, less what was given back, than
 * `capacity + perSecond × t`.
 */
export function createRateLimit(policy: RatePolicy, clock: Clock): OwnRateLimit {
  const { capacity, perSecond } = policy;
  const buckets = new LRUCache<string, Bucket>({ max: MAX_CALLERS });
  const read = (caller: string): number => {
    const bucket = buckets.get(caller);
    if (!bucket) return capacity;
    // A clock that is set back gives nothing, and takes nothing.
    const elapsedS = Math.max(clock.now() - bucket.atMs, 0) / 1_000;
    return Math.min(bucket.points + elapsedS * perSecond, capacity);
  };
  const keep = (caller: string, points: number): void =>
    void buckets.set(caller, { points, atMs: clock.now() });
  return {
    take(caller, points) {
      const there = read(caller);
      keep(caller, points <= there ? there - points : there);
      return createRateVerdict(there, points, policy, (unused) =>
        keep(caller, Math.min(read(caller) + unused, capacity)),
      );
    },
  };
}
