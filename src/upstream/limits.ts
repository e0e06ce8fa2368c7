/** How often one call is tried at most, the first time included. */
const MAX_TRIES = 3;

/** The attempts of one try: the first, and one with a renewed token if the vendor answers 401. */
export const ATTEMPTS_PER_TRY = 2;

/** The most attempts (HTTP requests to the vendor) that one call takes. */
export const MAX_ATTEMPTS_PER_CALL = MAX_TRIES * ATTEMPTS_PER_TRY;

/** The limits of one vendor's traffic. Times are in milliseconds, sizes in bytes. */
export interface UpstreamLimits {
  /** How often one call is tried at most, the first time included. A try takes at most `ATTEMPTS_PER_TRY` attempts. */
  readonly maxTries: number;
  /** How long one attempt may take, from the request for a connection to the last byte. */
  readonly attemptTimeoutMs: number;
  /** The most decoded bytes of one answer. */
  readonly maxBodyBytes: number;
  /** How many attempts, and so connections, there are at the same time. */
  readonly maxConcurrency: number;
  /** How many calls may wait for their turn under `maxConcurrency`. */
  readonly maxQueue: number;
  /** The wait before the first retry is drawn from zero to this. It doubles with each further retry. */
  readonly retryBaseMs: number;
  /** The wait before a retry is never drawn from more than this. */
  readonly retryMaxMs: number;
  /** Retries earned by one call. */
  readonly retryShare: number;
  /** Retries earned at the beginning of each second. */
  readonly retriesPerSecond: number;
  /** The longest vendor pause. A longer `Retry-After` is cut to this. */
  readonly maxPauseMs: number;
  /** How long the breaker stays open before it permits one probe. */
  readonly breakerOpenMs: number;
  /** The breaker counts this many of the latest attempts. */
  readonly breakerWindow: number;
  /** The breaker opens if more than this share of them are faults. */
  readonly breakerThreshold: number;
  /** The breaker opens only if it has counted this many. */
  readonly breakerMinimum: number;
  /** The size of the memory tier. */
  readonly cacheBytes: number;
}

export const DEFAULT_UPSTREAM_LIMITS: UpstreamLimits = {
  maxTries: MAX_TRIES,
  attemptTimeoutMs: 3_000,
  maxBodyBytes: 8 * 1024 * 1024,
  // With a vendor that answers in 20 ms, one processor core is full before this limit.
  maxConcurrency: 512,
  maxQueue: 2_048,
  retryBaseMs: 100,
  retryMaxMs: 2_000,
  retryShare: 0.1,
  retriesPerSecond: 1,
  maxPauseMs: 60_000,
  breakerOpenMs: 5_000,
  breakerWindow: 20,
  breakerThreshold: 0.5,
  breakerMinimum: 10,
  cacheBytes: 32 * 1024 * 1024,
};
