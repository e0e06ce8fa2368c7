import type { AbortSignalLike } from '../../base/abort.ts';
import { scopedKey } from '../../base/credential-scope.ts';
import type { CredentialScope, ScopedKey } from '../../base/credential-scope.ts';
import { sourceNotConfigured } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Clock } from '../../base/time.ts';
import { coverFailure } from '../paging/coverage.ts';
import type { Coverage } from '../paging/coverage.ts';
import type { Activity } from '../timeline/activity.ts';
import { openFeed } from './feed.ts';
import type { FeedSource, FeedUpdate } from './feed.ts';
import { createPoller } from './poller.ts';
import type { LivePace, NewestRows, Poller, PollerOptions } from './poller.ts';
import type { SeenRows } from './seen-rows.ts';
import type { Timers } from './timers.ts';

export interface LiveOptions {
  readonly pace: LivePace;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onFault: (error: unknown) => void;
}

/** A source that a listener asks for. */
export interface LiveSource {
  readonly source: Source;
  /** Whose rows these are: listeners with one scope share a poller. null: there are no credentials. */
  readonly scope: CredentialScope | null;
  readonly openStream: PollerOptions<Activity>['openStream'];
  readonly maxRows: number;
  readonly isMatch: (row: Activity) => boolean;
  /** What the listener has seen; null: it begins now. */
  readonly start: SeenRows | null;
}

export interface LiveRequest {
  readonly sources: readonly LiveSource[];
  /** The coverage of sources that the listener may not read. */
  readonly fixed: readonly Coverage[];
  /** Ends the stream. */
  readonly signal: AbortSignalLike;
}

/** What all listeners of this process share: one poller for each source and credential scope. */
export interface Live {
  open(request: LiveRequest): AsyncIterableIterator<FeedUpdate>;
  /** The newest rows of a source as they were last read whole for streams; null: nobody listens, or they could not be read. */
  newest(source: Source, scope: CredentialScope): NewestRows<Activity> | null;
  /** Pollers that run. */
  pollers(): number;
  /** For a stream that begins now: whether its client is told to come back, because this process ends or the stream was interrupted. */
  watchEnd(): () => boolean;
  /** Ends the streams that there are, so that their callers prove anew who they are. */
  interrupt(): void;
  /** Ends all streams. */
  close(): void;
}

/** Vendor calls of one poll: a shallow one takes one or two. */
export const LIVE_CALLS = 20;
export const HEARTBEAT_MS = 15_000;
/** Rows that wait for a slow reader. */
const MAX_WAITING = 1_000;

export function createLive({ pace, clock, timers, onFault }: LiveOptions): Live {
  const pollers = new Map<ScopedKey, Poller<Activity>>();
  const streams = new Set<AsyncIterableIterator<FeedUpdate>>();
  let isClosing = false;
  let interruptions = 0;
  const endAll = (): void => {
    for (const feed of streams) void feed.return?.();
  };

  /** The shared poller, which stops when its last listener leaves. */
  const share = (key: ScopedKey, { source, openStream, maxRows }: LiveSource): Poller<Activity> => {
    const known = pollers.get(key);
    if (known) return known;
    const poller = createPoller<Activity>({
      source,
      pace,
      clock,
      timers,
      openStream,
      maxRows,
      maxCalls: LIVE_CALLS,
      onFault,
    });
    let listeners = 0;
    const shared: Poller<Activity> = {
      ...poller,
      attach(start, sink) {
        listeners += 1;
        const leave = poller.attach(start, sink);
        return () => {
          leave();
          listeners -= 1;
          if (listeners > 0) return;
          poller.stop();
          pollers.delete(key);
        };
      },
    };
    pollers.set(key, shared);
    return shared;
  };

  return {
    open({ sources, fixed, signal }) {
      const nowMs = clock.now();
      const readable = sources.flatMap((one): FeedSource[] => {
        const { source, scope, isMatch, start } = one;
        return scope === null
          ? []
          : [{ source, isMatch, start, poller: share(scopedKey(scope, source), one) }];
      });
      const missing = sources.filter(({ scope }) => scope === null);
      const feed: AsyncIterableIterator<FeedUpdate> = openFeed({
        sources: readable,
        fixed: [...missing.map(({ source }) => coverMissing(source, nowMs)), ...fixed],
        clock,
        timers,
        heartbeatMs: HEARTBEAT_MS,
        maxWaiting: MAX_WAITING,
        signal,
        onEnd: () => streams.delete(feed),
      });
      streams.add(feed);
      if (isClosing || signal.aborted) void feed.return?.();
      return feed;
    },
    newest: (source, scope) => pollers.get(scopedKey(scope, source))?.newest() ?? null,
    pollers: () => pollers.size,
    watchEnd() {
      const before = interruptions;
      return () => isClosing || interruptions > before;
    },
    interrupt() {
      interruptions += 1;
      endAll();
    },
    close() {
      isClosing = true;
      endAll();
    },
  };
}

function coverMissing(source: Source, nowMs: number): Coverage {
  return coverFailure(source, { fromMs: nowMs - 1, toMs: nowMs }, sourceNotConfigured(source, ''));
}
