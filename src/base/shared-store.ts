/** Bytes under keys that several instances share, such as Redis: a help, never a condition. */
export interface SharedStore {
  /** null: there is nothing, or it can't be had in the few milliseconds that this may take. Never rejects. */
  read(key: string): Promise<Buffer | null>;
  /** Keeps bytes for `ttlMs` at most, while the caller goes on; whether it worked is not told. Never throws. */
  write(key: string, bytes: Buffer, ttlMs: number): void;
  /** Ends the connections. */
  close(): Promise<void>;
}

/** How many points a caller may have saved up, and how many come back each second. */
export interface RatePolicy {
  readonly capacity: number;
  readonly perSecond: number;
}

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
