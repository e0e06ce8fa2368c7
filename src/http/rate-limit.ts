import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';

/** How many points a caller may have saved up, and how many come back each second. */
export interface RatePolicy {
  readonly capacity: number;
  readonly perSecond: number;
}

/** What a caller is told after asking for points. */
export interface RateVerdict {
  readonly isAllowed: boolean;
  /** Whole points left. */
  readonly remaining: number;
  /** Seconds until the bucket is full again, rounded up. */
  readonly fullInS: number;
  /** Seconds until as many points as were asked for are there, rounded up; 0 where they were. */
  readonly retryAfterS: number;
  readonly policy: RatePolicy;
}

/** One bucket of points a caller. */
export interface RateLimit {
  /** Takes points, or none where there are too few. */
  take(caller: string, points: number): RateVerdict;
  /** Gives back what was taken and not used. */
  giveBack(caller: string, points: number): void;
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
export function createRateLimit(policy: RatePolicy, clock: Clock): RateLimit {
  const { capacity, perSecond } = policy;
  const buckets = new LRUCache<string, Bucket>({ max: MAX_CALLERS });
  const read = (caller: string): number => {
    const bucket = buckets.get(caller);
    if (!bucket) return capacity;
    // A clock that is set back gives nothing, and takes nothing.
    const elapsedS = Math.max(clock.now() - bucket.atMs, 0) / 1_000;
    return Math.min(bucket.points + elapsedS * perSecond, capacity);
  };
  return {
    take(caller, points) {
      const there = read(caller);
      const isAllowed = points <= there;
      const left = isAllowed ? there - points : there;
      buckets.set(caller, { points: left, atMs: clock.now() });
      return {
        isAllowed,
        remaining: Math.floor(left),
        fullInS: Math.ceil((capacity - left) / perSecond),
        retryAfterS: isAllowed ? 0 : Math.max(Math.ceil((points - there) / perSecond), 1),
        policy,
      };
    },
    giveBack(caller, points) {
      buckets.set(caller, { points: Math.min(read(caller) + points, capacity), atMs: clock.now() });
    },
  };
}
