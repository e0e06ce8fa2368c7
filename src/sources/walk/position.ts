import type { Source } from '../../base/source.ts';

/** Where an entry stands in the one order of all entries. */
export interface Position {
  readonly timestampMs: number;
  readonly source: Source;
  /** The vendor's id: usage ids by code unit, event ids as integers (decimal text). */
  readonly id: string;
}
