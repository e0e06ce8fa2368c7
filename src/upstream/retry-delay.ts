/** How the waits before retries grow, in milliseconds. */
export interface RetryTiming {
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
}

/**
 * The wait after the `failed`-th failed attempt (from 1): full jitter, so that callers who failed together do not come
 * back together. `random` is in [0, 1).
 */
export function retryDelayMs(failed: number, random: number, timing: RetryTiming): number {
  const ceiling = Math.min(timing.retryMaxMs, timing.retryBaseMs * 2 ** (failed - 1));
  return Math.floor(random * ceiling);
}
