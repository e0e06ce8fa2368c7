/** The bare connection to a store; it fails freely, and `createSharedStore` and `createSharedBuckets` make something reliable of it. */
export interface StoreLink {
  /** @returns null where there is nothing. @throws (rejects) where it can't be told, at once while not connected */
  get(key: string): Promise<Buffer | null>;
  /** @throws (rejects) like `get` */
  set(key: string, bytes: Buffer, ttlMs: number): Promise<void>;
  /**
   * Runs a script in Lua over one key, with nothing else in between.
   * @returns the text that it returns
   * @throws (rejects) like `get`
   */
  run(script: string, key: string, words: readonly string[]): Promise<string>;
  /** Ends the connections, and the attempts to have one. */
  close(): Promise<void>;
}
