import type { Source } from '../../base/source.ts';

/** How one source is doing, from what was last seen: reading it causes no call. */
export interface SourceStatus {
  readonly source: Source;
  readonly configured: boolean;
  /** null: nothing has been seen yet. */
  readonly healthy: boolean | null;
  readonly lastSuccessAtMs: number | null;
  /** How far back the vendor is said to keep data, an ISO 8601 duration; null: unknown. */
  readonly retention: string | null;
}

/** What the service knows of itself. */
export interface ServiceReader {
  readonly version: string;
  /** One status per source, in the order of `SOURCES`. */
  sources(): readonly SourceStatus[];
}
