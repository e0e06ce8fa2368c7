import { digest } from '../../base/sealing.ts';
import type { Position } from '../paging/position.ts';

/** A row with the hash that stands for it, of 48 bits. */
export interface HashedRow<Row extends Position = Position> {
  readonly row: Row;
  readonly hash: number;
}

export const HASH_BYTES = 6;
export const MODULUS = 2 ** 48;

/** The hash that stands for a row. The vendor may give one id to two rows of different times. */
export function hashRow({ timestampMs, id }: Position): number {
  return digest(`${timestampMs} ${id}`).readUIntBE(0, HASH_BYTES);
}

/** The sum of hashes, modulo 2^48. */
export function addHashes(hashes: readonly number[]): number {
  return hashes.reduce((all, hash) => (all + hash) % MODULUS, 0);
}
