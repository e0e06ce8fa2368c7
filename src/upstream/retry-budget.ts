import type { Clock } from '../base/time.ts';

/** How many retries a vendor gets. In an outage they multiply the calls by 1.10, not by the number of tries. */
export interface RetryBudget {
  /** A call has sent its first attempt. */
  earn(): void;
  /** Takes one retry. false: none is left. */
  take(): boolean;
}

export interface RetryEarnings {
  /** Retries earned by one call. */
  readonly retryShare: number;
  /** Retries earned at the beginning of each second. */
  readonly retriesPerSecond: number;
}

// A bound, so that a quiet time does not pay for a storm of retries.
const MOST_SAVED = 10;
// Ten calls must earn one whole retry, but a tenth has no exact binary form.
const ROUNDING = 1e-9;

/**
 * A token bucket. At all times: retries ≤ share × calls + rate × seconds begun since it was made. It counts seconds begun,
 * not fractions, so that the first failure after a start gets its retry.
 */
export function createRetryBudget(
  clock: Clock,
  { retryShare, retriesPerSecond }: RetryEarnings,
): RetryBudget {
  const startMs = clock.now();
  let saved = Math.min(MOST_SAVED, retriesPerSecond);
  let paidSeconds = 0;
  const accrue = (): void => {
    const seconds = Math.floor((clock.now() - startMs) / 1_000);
    if (seconds <= paidSeconds) return;
    saved = Math.min(MOST_SAVED, saved + (seconds - paidSeconds) * retriesPerSecond);
    paidSeconds = seconds;
  };
  return {
    earn() {
      saved = Math.min(MOST_SAVED, saved + retryShare);
    },
    take() {
      accrue();
      if (saved + ROUNDING < 1) return false;
      saved = Math.max(0, saved - 1);
      return true;
    },
  };
}
