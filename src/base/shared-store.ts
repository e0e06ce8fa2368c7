/** Bytes under keys that several instances share, such as Redis: a help, never a condition. */
export interface SharedStore {
  /** null: there is nothing, or it can't be had in the few milliseconds that this may take. Never rejects. */
  read(key: string): Promise<Buffer | null>;
  /** Keeps bytes for `ttlMs` at most, while the caller goes on; whether it worked is not told. Never throws. */
  write(key: string, bytes: Buffer, ttlMs: number): void;
  /** Ends the connections. */
  close(): Promise<void>;
}
