import type { AgePolicy } from './coverage-recorder.ts';

/** The bounds of one source's reading. */
export interface SourceSettings {
  /** The most rows to ask the vendor for at once. */
  readonly largestPage: number;
  /** The most that a scan asks for at once, if it would not reach its bound by smaller pages; left out: no more. */
  readonly scanPage?: number;
  /** The most rows that one scan looks at. */
  readonly maxScannedRows: number;
  /** How long an earlier answer may stand in for a vendor that fails, in milliseconds. */
  readonly staleIfErrorMs: number;
  readonly age: AgePolicy;
}
