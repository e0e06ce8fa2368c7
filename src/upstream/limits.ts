/** A call is tried at most this often, the first time included. */
const MAX_TRIES = 3;

/** The attempts of one try: the first, and one with a renewed token if the vendor answers 401. */
export const ATTEMPTS_PER_TRY = 2;

/** The most attempts (HTTP requests to the vendor) that one call takes. */
export const MAX_ATTEMPTS_PER_CALL = MAX_TRIES * ATTEMPTS_PER_TRY;

/** The bounds of one vendor's traffic. Times in milliseconds, sizes in bytes. */
export interface UpstreamLimits {
  /** How often one call is tried at most, the first time included. A try takes at most `ATTEMPTS_PER_TRY` attempts. */
  readonly maxTries: number;
  /** How long one attempt may take, from asking for a connection to the last byte. */
  readonly attemptTimeoutMs: number;
  /** Decoded bytes of one answer at most. */
  readonly maxBodyBytes: number;
  /** Attempts under way at once, and so connections. */
  readonly maxConcurrency: number;
  /** Calls that may wait for one of those. */
  readonly maxQueue: number;
  /** The first wait before a retry is drawn from zero to this; it doubles with each further one. */
  readonly retryBaseMs: number;
  /** A wait before a retry is never drawn from more than this. */
  readonly retryMaxMs: number;
  /** Retries earned by a call, as a share of it. */
  readonly retryShare: number;
  /** Retries earned by a second that begins. */
  readonly retriesPerSecond: number;
  /** How long a vendor's `Retry-After` is obeyed at most. */
  readonly maxPauseMs: number;
  /** How long the breaker stays open before it lets one probe through; at least 5,000 in service. */
  readonly breakerOpenMs: number;
  /** The breaker looks at this many of the latest attempts. */
  readonly breakerWindow: number;
  /** It opens when more than this share of them failed by the vendor's fault … */
  readonly breakerThreshold: number;
  /** … once it has seen this many. */
  readonly breakerMinimum: number;
  /** What cached answers may weigh together. */
  readonly cacheBytes: number;
}

export const DEFAULT_UPSTREAM_LIMITS: UpstreamLimits = {
  maxTries: MAX_TRIES,
  attemptTimeoutMs: 3_000,
  maxBodyBytes: 8 * 1024 * 1024,
  // A 20 ms vendor is not held back by this before one core is full.
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
