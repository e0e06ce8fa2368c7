/** The bare connection to a store of bytes; it fails freely, and `createSharedStore` makes something reliable of it. */
export interface StoreLink {
  /** @returns null where there is nothing. @throws (rejects) where it can't be told, at once while not connected */
  get(key: string): Promise<Buffer | null>;
  /** @throws (rejects) like `get` */
  set(key: string, bytes: Buffer, ttlMs: number): Promise<void>;
  /** Ends the connections, and the attempts to have one. */
  close(): Promise<void>;
}
