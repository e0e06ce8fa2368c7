import type { Source } from '../base/source.ts';
import type { Range } from '../base/time.ts';

/** What the archive holds, shown as `service.archive`. */
export interface ArchiveStatusData {
  /** The name of the database that keeps it: `duckdb` or `clickhouse`. */
  readonly engine: string;
  /** In the order of `SOURCES`. */
  readonly sources: readonly ArchivedSourceData[];
}

/** What the archive holds of one source. */
export interface ArchivedSourceData {
  readonly source: Source;
  readonly rows: number;
  /** null: unknown. */
  readonly bytes: number | null;
  /** The spans that it holds whole, newest first. */
  readonly held: readonly Range[];
  /** How far its newest span ends behind now, in milliseconds; null: it holds none. */
  readonly lagMs: number | null;
  /** The end of the last sealed day, in milliseconds since the epoch; null: no day is sealed. */
  readonly sealedToMs: number | null;
}
