/** The bounds of one vendor's traffic; each is a setting. Times in milliseconds, sizes in bytes. */
export interface UpstreamLimits {
  /** Attempts for one call at most, the first included. */
  readonly maxAttempts: number;
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
  maxAttempts: 3,
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
