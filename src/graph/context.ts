import type { Source } from '../base/source.ts';
import type { EventsSource } from '../sources/events/source.ts';
import type { FeedUpdate } from '../sources/live/feed.ts';
import type { SeenRows } from '../sources/live/seen-rows.ts';
import type { Coverage } from '../sources/paging/coverage.ts';
import type { TimelineFilter } from '../sources/timeline/filter.ts';
import type { TimelineSource } from '../sources/timeline/source.ts';
import type { UsageSource } from '../sources/usage/source.ts';
import type { Viewer } from './access.ts';
import type { ArchiveStatusData } from './archive.ts';
import type { CursorSealer } from './paging/cursor.ts';
import type { SourceEnds } from './paging/range.ts';
import type { LiveCursors } from './paging/live-cursor.ts';

/** Everything that a resolver may use. `http` makes a new one for each operation. */
export interface GraphContext {
  /** The operation's one 'now', in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly ends: SourceEnds;
  readonly hasArchive: boolean;
  readonly usage: UsageSource;
  readonly events: EventsSource;
  /** Merges both sources into one order and relates their entries. */
  readonly timeline: TimelineSource;
  readonly live: LiveReader;
  /** How late a vendor may insert a row that a stream still tells. */
  readonly liveOverlapMs: number;
  readonly cursors: CursorSealer;
  readonly limits: Limits;
  readonly viewer: Viewer;
  readonly service: ServiceReader;
}

/** What a stream of new entries needs. */
export interface LiveReader {
  readonly cursors: LiveCursors;
  /** Names the caller and the credentials: a cursor of another caller is refused. */
  readonly binding: string;
  /** The place that a client sends when it reconnects; null: none. */
  readonly lastEventId: string | null;
  /** Begins a stream. @throws RequestError `BAD_USER_INPUT` for a filter that only the vendor can apply */
  open(request: ActivityRequest): AsyncIterableIterator<FeedUpdate>;
  /** Gets the id of each update's frame, in their order; null: it has none. */
  onUpdate(id: string | null): void;
}

export interface ActivityRequest {
  readonly filter: TimelineFilter;
  /** What was seen of a source; null: the stream begins now. */
  startOf(source: Source): SeenRows | null;
  /** The coverage of the sources that are not read. */
  readonly fixed: readonly Coverage[];
}

/** The limits in force, shown as `service.limits`. */
export interface Limits {
  /** Rows of a page if neither `first` nor `last` is given. */
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
  /** Buckets in one answer. */
  readonly maxBuckets: number;
  /** Vendor rows that one series may be summed from. */
  readonly maxUpstreamBuckets: number;
  readonly maxScannedRows: number;
  readonly maxUpstreamCalls: number;
  readonly maxDepth: number;
  readonly maxCost: number;
}

/** What the service knows about itself. */
export interface ServiceReader {
  readonly version: string;
  /** The sources that the caller has credentials or files for. */
  readonly configured: readonly Source[];
  /** One status for each source, in the order of `SOURCES`. */
  sources(): readonly SourceStatus[];
  /** Reads what the archive holds; null: there is no archive. */
  readonly archive: (() => Promise<ArchiveStatusData>) | null;
}

/** The state of one source, from earlier calls: it makes no call. */
export interface SourceStatus {
  readonly source: Source;
  readonly configured: boolean;
  /** null: no call has been made yet. */
  readonly healthy: boolean | null;
  readonly lastSuccessAtMs: number | null;
  /** How long the vendor says it keeps data, an ISO 8601 duration. null: unknown. */
  readonly retention: string | null;
  /** How long after its time a row may still reach the vendor, in milliseconds. 0: the rows are those of files. */
  readonly settlesAfterMs: number;
}
