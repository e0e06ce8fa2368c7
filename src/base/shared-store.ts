/** A store that several instances share, such as Redis. The service works without it. */
export interface SharedStore {
  /** null: there is nothing under the key, or the store fails or takes longer than its time-out. Never rejects. */
  read(key: string): Promise<Buffer | null>;
  /** Stores bytes for `ttlMs` at most. It does not wait for the store and does not report a failure. Never throws. */
  write(key: string, bytes: Buffer, ttlMs: number): void;
  /** Ends the connections. */
  close(): Promise<void>;
}

/** The rate limit of one caller. */
export interface RatePolicy {
  /** How many points a caller may save up. */
  readonly capacity: number;
  /** How many points come back each second. */
  readonly perSecond: number;
}

/** Buckets of points that several instances share, such as in Redis. The service works without them. */
export interface SharedBuckets {
  /**
   * Takes points from the caller's bucket, or none if it holds too few.
   * @returns how many points the bucket held before; null if the store fails or takes longer than its time-out. Never rejects.
   */
  take(caller: string, points: number, policy: RatePolicy): Promise<number | null>;
  /** Gives back points that were taken. It does not wait for the store and does not report a failure. Never throws. */
  giveBack(caller: string, points: number, policy: RatePolicy): void;
}
