import type { EventsSource } from '../sources/events/events-source.ts';
import type { TimelineSource } from '../sources/timeline/timeline-source.ts';
import type { UsageSource } from '../sources/usage/usage-source.ts';
import type { Limits } from './limits.ts';
import type { CursorSealer } from './paging/cursor-sealer.ts';
import type { SourceEnds } from './paging/source-ends.ts';
import type { ServiceReader } from './service/service-reader.ts';
import type { Viewer } from './viewer.ts';

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
