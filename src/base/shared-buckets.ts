import type { RatePolicy } from './rate-policy.ts';

/** Buckets of points that several instances share, such as in Redis: a help, never a condition. */
export interface SharedBuckets {
  /**
   * Takes points, or none where there are too few.
   * @returns how many were there before; null where that can't be told in the few milliseconds that this may take. Never rejects.
   */
  take(caller: string, points: number, policy: RatePolicy): Promise<number | null>;
  /** Gives back what was taken here, while the caller goes on; whether it worked is not told. Never throws. */
  giveBack(caller: string, points: number, policy: RatePolicy): void;
}
