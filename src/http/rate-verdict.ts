import type { RatePolicy } from '../base/rate-policy.ts';

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
  /** Gives back what was taken and not used, to the bucket that it came from. */
  giveBack(points: number): void;
}

/** What asking for points comes to, where so many were there before. */
export function createRateVerdict(
  there: number,
  points: number,
  policy: RatePolicy,
  giveBack: (points: number) => void,
): RateVerdict {
  const { capacity, perSecond } = policy;
  const isAllowed = points <= there;
  const left = isAllowed ? there - points : there;
  return {
    isAllowed,
    remaining: Math.floor(left),
    fullInS: Math.ceil((capacity - left) / perSecond),
    retryAfterS: isAllowed ? 0 : Math.max(Math.ceil((points - there) / perSecond), 1),
    policy,
    giveBack,
  };
}
