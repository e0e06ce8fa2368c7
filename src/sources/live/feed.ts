import type { AbortSignalLike } from '../../base/abort.ts';
import type { Source } from '../../base/source.ts';
import type { Clock } from '../../base/time.ts';
import type { Coverage } from '../paging/coverage.ts';
import type { Activity } from '../timeline/activity.ts';
import { coverGap } from './news.ts';
import type { News } from './news.ts';
import type { Poller } from './poller.ts';
import type { HashedRow } from './row-hash.ts';
import { seenBefore } from './seen-rows.ts';
import type { SeenRows } from './seen-rows.ts';
import type { Timers } from './timers.ts';

/** What a listener has seen of one source: the place of a cursor. */
export interface SeenPart {
  readonly source: Source;
  readonly seen: SeenRows;
  /** Hashes of further rows that it has seen, and that the vendor has not given again since. */
  readonly absent: ReadonlySet<number>;
}

/**
 * `opening`: the stream begins; what comes after it is new. `entries`: new rows. `gap`: rows may be missing. `status`: a vendor fails, or
 * answers again. `heartbeat`: nothing has happened.
 */
export type FeedUpdateKind = 'opening' | 'entries' | 'gap' | 'status' | 'heartbeat';

export interface FeedUpdate {
  readonly kind: FeedUpdateKind;
  /** Oldest first, but for late ones. */
  readonly rows: readonly Activity[];
  /** What the listener has seen with this update. */
  readonly parts: readonly SeenPart[];
  readonly coverage: readonly Coverage[];
}

/** A source as a listener reads it. */
export interface FeedSource {
  readonly source: Source;
  readonly poller: Poller<Activity>;
  readonly isMatch: (row: Activity) => boolean;
  /** What it has seen; null: it begins now. */
  readonly start: SeenRows | null;
}

export interface FeedOptions {
  readonly sources: readonly FeedSource[];
  /** The coverage of sources that are not read. */
  readonly fixed: readonly Coverage[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly heartbeatMs: number;
  /** If so many rows wait for a slow reader, further ones are left out. */
  readonly maxWaiting: number;
  /** Ends the feed. */
  readonly signal: AbortSignalLike;
  readonly onEnd: () => void;
}

interface Reading extends FeedSource {
  part: SeenPart;
  /** It follows its poller, or knows that its vendor fails. */
  hasOpened: boolean;
  isFollowing: boolean;
}

/** What waits for the reader. */
interface Item {
  readonly reading: Reading;
  rows: readonly Activity[];
  part: SeenPart;
  gaps: readonly Coverage[];
  /** The listener had missed it when it came: it does not count as waiting. */
  readonly isMissed: boolean;
  /** Rows were left out, because the reader is too slow. */
  isShort: boolean;
}

interface PutFacts {
  readonly isFull: boolean;
  readonly isMissed: boolean;
  /** Rows that the listener has seen and the vendor has not given again; null: as before. */
  readonly absent: ReadonlySet<number> | null;
}

/** The updates of one listener. The iterator ends when the signal aborts. */
export function openFeed(options: FeedOptions): AsyncIterableIterator<FeedUpdate> {
  const { clock, timers, heartbeatMs, maxWaiting, signal, onEnd } = options;
  const nowMs = clock.now();
  const readings = options.sources.map((source): Reading => {
    const seen = source.start ?? seenBefore(nowMs);
    return {
      ...source,
      part: { source: source.source, seen, absent: new Set() },
      hasOpened: false,
      isFollowing: false,
    };
  });
  const items: Item[] = [];
  let waitingRows = 0;
  let hasOpened = false;
  let hasChanged = false;
  let isDue = false;
  let hasEnded = false;
  let pending: ((result: IteratorResult<FeedUpdate>) => void) | null = null;

  const detach = readings.map((reading) =>
    reading.poller.attach(reading.start, {
      isMatch: reading.isMatch,
      take(news, absent) {
        const isFirst = !reading.isFollowing;
        if (isFirst && !reading.hasOpened && !reading.start && news[0])
          reading.part = { ...reading.part, seen: news[0].seen };
        reading.isFollowing = true;
        reading.hasOpened = true;
        // What one poll brings has room, and so has what the listener has missed: both are bounded.
        const isFull = !isFirst && waitingRows >= maxWaiting;
        for (const [at, one] of news.entries())
          put(reading, one, { isFull, isMissed: isFirst, absent: isFirst && at === 0 ? absent : null });
        wake();
      },
      changed() {
        reading.hasOpened = true;
        hasChanged = true;
        wake();
      },
    }),
  );
  let cancelBeat = beat();
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    cancelBeat();
    for (const leave of detach) leave();
    items.length = 0;
    pending?.({ done: true, value: undefined });
    pending = null;
    signal.removeEventListener('abort', end);
    onEnd();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });

  function beat(): () => void {
    return timers.after(heartbeatMs, () => {
      isDue = true;
      wake();
    });
  }

  /** Adds what a poller has found to what waits. */
  function put(
    reading: Reading,
    { rows, seen, gaps }: News<Activity>,
    { isFull, isMissed, absent }: PutFacts,
  ): void {
    const last = items.findLast((item) => item.reading === reading);
    const before = last?.part ?? reading.part;
    const unseen = rows.filter(({ hash }) => !before.absent.has(hash));
    const part = { ...before, seen, absent: leftOf(absent ?? before.absent, rows, before, seen) };
    const matches = unseen.flatMap(({ row }) => (reading.isMatch(row) ? [row] : []));
    if (matches.length === 0 && gaps.length === 0) {
      // Only the place moves.
      if (last) last.part = part;
      else reading.part = part;
      return;
    }
    // Once rows are left out, all are until the reader has read what waits, so that there is one gap.
    if (!isFull && !last?.isShort) {
      items.push({ reading, rows: matches, part, gaps, isMissed, isShort: false });
      if (!isMissed) waitingRows += matches.length;
      return;
    }
    const lost = matches.length > 0 ? [coverShort(reading.source, matches, maxWaiting)] : [];
    if (last?.isShort) {
      last.part = part;
      last.gaps = [...joinGaps([...last.gaps.slice(0, 1), ...lost]), ...last.gaps.slice(1), ...gaps];
    } else items.push({ reading, rows: [], part, gaps: [...lost, ...gaps], isMissed, isShort: true });
  }

  /** The next update; null: there is none yet. */
  function next(): FeedUpdate | null {
    if (!hasOpened) {
      if (readings.some((reading) => !reading.hasOpened)) return null;
      hasOpened = true;
      hasChanged = false;
      return update('opening', []);
    }
    const item = items.shift();
    if (item) {
      if (!item.isMissed) waitingRows -= item.rows.length;
      item.reading.part = item.part;
      return update(item.gaps.length > 0 ? 'gap' : 'entries', item.rows, item.gaps);
    }
    if (hasChanged) {
      hasChanged = false;
      return update('status', []);
    }
    return isDue ? update('heartbeat', []) : null;
  }

  function update(
    kind: FeedUpdateKind,
    rows: readonly Activity[],
    gaps: readonly Coverage[] = [],
  ): FeedUpdate {
    isDue = false;
    cancelBeat();
    cancelBeat = beat();
    const coverage = [...gaps, ...readings.flatMap(({ poller }) => poller.coverage()), ...options.fixed];
    return { kind, rows, parts: readings.map(({ part }) => part), coverage };
  }

  function wake(): void {
    if (!pending || hasEnded) return;
    const found = next();
    if (!found) return;
    const resolve = pending;
    pending = null;
    resolve({ done: false, value: found });
  }

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (hasEnded) return Promise.resolve({ done: true, value: undefined });
      const found = next();
      if (found) return Promise.resolve({ done: false, value: found });
      return new Promise((resolve) => {
        pending = resolve;
      });
    },
    return() {
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

/** The absent rows that have not come yet. One of them is forgotten when the place has moved past it. */
function leftOf(
  absent: ReadonlySet<number>,
  rows: readonly HashedRow[],
  before: SeenPart,
  seen: SeenRows,
): ReadonlySet<number> {
  if (absent.size === 0) return absent;
  // What was listed is not older than the place that listed it.
  if (seen.floorMs > Math.max(before.seen.edgeMs, before.seen.floorMs)) return new Set();
  const left = new Set(absent);
  for (const { hash } of rows) left.delete(hash);
  return left;
}

/** The gap of rows for which there was no room. */
function coverShort(source: Source, rows: readonly Activity[], maxWaiting: number): Coverage {
  const times = rows.map(({ timestampMs }) => timestampMs);
  const span = { fromMs: Math.min(...times), toMs: Math.max(...times) + 1 };
  const reason = `This stream was read too slowly, so entries of this span are missing: ${maxWaiting} may wait. Read the range by the list, or resume from an earlier cursor.`;
  return coverGap(source, span, null, reason);
}

/** One gap that spans all of them; empty if there are none. */
function joinGaps(gaps: readonly Coverage[]): readonly Coverage[] {
  const [first] = gaps;
  if (!first) return [];
  const fromMs = Math.min(...gaps.map((gap) => gap.fromMs));
  return [{ ...first, fromMs, toMs: Math.max(...gaps.map((gap) => gap.toMs)) }];
}
