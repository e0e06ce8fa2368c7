import type { Source } from '../base/source.ts';
import type { EventsSource } from '../sources/events/source.ts';
import type { TimelineSource } from '../sources/timeline/source.ts';
import type { UsageSource } from '../sources/usage/source.ts';
import type { Viewer } from './access.ts';
import type { CursorSealer } from './paging/cursor.ts';
import type { SourceEnds } from './paging/range.ts';

/** The bounds in force, as `service.limits` tells them; null: not bounded. */
export interface Limits {
  /** Rows of a page where neither `first` nor `last` is given. */
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
  /** Buckets that an answer may hold. */
  readonly maxBuckets: number;
  /** Buckets that may be read from the vendor to make them. */
  readonly maxUpstreamBuckets: number;
  readonly maxScannedRows: number;
  readonly maxUpstreamCalls: number | null;
  readonly maxDepth: number | null;
  readonly maxCost: number | null;
}

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

/** All that a resolver may know of; made anew for each operation by `http`. */
export interface GraphContext {
  /** The operation's one 'now', in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly ends: SourceEnds;
  readonly usage: UsageSource;
  readonly events: EventsSource;
  /** Both of them in one order, and what ties their entries together. */
  readonly timeline: TimelineSource;
  readonly cursors: CursorSealer;
  readonly limits: Limits;
  readonly viewer: Viewer;
  readonly service: ServiceReader;
}
