import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { Coverage } from '../paging/coverage.ts';
import type { Position } from '../paging/position.ts';
import { createHeldRows } from './held-rows.ts';
import { catchUp, coverGap, splitNews } from './news.ts';
import type { HeldSpan, News } from './news.ts';
import type { SeenRows } from './seen-rows.ts';

/** What was read of a range. */
export interface ReadRows<Row extends Position> {
  readonly range: Range;
  readonly rows: readonly Row[];
  /** Spans of the range in which rows may be missing. */
  readonly lost: readonly Coverage[];
}

/** The rows that are held for the listeners of one source: all from a time up to the last poll, but for spans that could not be read. */
export interface RecentRows<Row extends Position> {
  /** The vendor was read up to here; null: not yet. */
  edgeMs(): number | null;
  /** What is new for those who follow. `hasNew`: there are rows that were not held, or it is the first poll. */
  addPoll(poll: ReadRows<Row>): { readonly news: readonly News<Row>[]; readonly hasNew: boolean };
  /** What must be read so that all rows from a time on are held; null: they are. */
  missingFrom(fromMs: number): Range | null;
  /** Whether more rows may be held for listeners who have missed them. */
  hasRoom(): boolean;
  /** Adds what a listener has missed. @param nowMs from then on it is kept for a minute */
  addMissed(missed: ReadRows<Row>, nowMs: number): void;
  /** What a listener has missed, and which rows it has seen that are not held. @param start what it has seen; null: it begins now */
  begin(
    start: SeenRows | null,
    nowMs: number,
    isMatch: (row: Row) => boolean,
  ): { readonly news: readonly News<Row>[]; readonly absent: ReadonlySet<number> };
  /** Forgets what is older than the overlap, unless a listener has just missed it. */
  forgetOld(nowMs: number): void;
}

export interface RecentRowsOptions {
  readonly source: Source;
  /** How late the vendor may insert a row, in milliseconds. */
  readonly overlapMs: number;
  /** Rows before this time behind the last poll are no news, even if a poll could not read them again. */
  readonly shallowMs: number;
  readonly mostMissed: number;
}

/** How long the rows stay that were read for a listener who had missed them: others usually come back at the same time. */
const KEEP_MISSED_MS = 60_000;

export function createRecentRows<Row extends Position>(options: RecentRowsOptions): RecentRows<Row> {
  const { source, overlapMs, shallowMs, mostMissed } = options;
  const held = createHeldRows<Row>();
  let edgeMs: number | null = null;
  /** From here on all rows are held. */
  let heldFromMs = Infinity;
  /** When rows were last read for a listener who had missed them; null: long ago. */
  let missedAtMs: number | null = null;
  /** Spans after `heldFromMs` in which rows may be missing. */
  let unheld: readonly Coverage[] = [];

  const spanTo = (toMs: number): HeldSpan => ({ heldFromMs, edgeMs: toMs, overlapMs });
  const withGaps = (news: readonly News<Row>[], gaps: readonly Coverage[]): readonly News<Row>[] => {
    const [first, ...others] = news;
    return first && gaps.length > 0 ? [{ ...first, gaps }, ...others] : news;
  };

  return {
    edgeMs: () => edgeMs,
    addPoll({ range, rows, lost }) {
      const added = held.add(rows);
      const isFirst = edgeMs === null;
      const before = { edgeMs: edgeMs ?? range.toMs };
      edgeMs = Math.max(before.edgeMs, range.toMs);
      if (isFirst) {
        heldFromMs = lost[0]?.toMs ?? range.fromMs;
        return { news: [], hasNew: true };
      }
      // What was read before is not missing if a bound keeps a poll from reading it again: coverage alone says so.
      const gaps = lost.filter(({ toMs }) => toMs > before.edgeMs - shallowMs);
      unheld = [...unheld, ...gaps];
      // Without news, what was seen moves on, so that a cursor does not grow old.
      const news = withGaps(splitNews(added, held.all(), before, spanTo(edgeMs)), gaps);
      return { news, hasNew: added.length > 0 };
    },
    missingFrom: (fromMs) => (fromMs < heldFromMs ? { fromMs, toMs: heldFromMs } : null),
    hasRoom: () => held.all().length <= mostMissed,
    addMissed({ range, rows, lost }, nowMs) {
      held.add(rows);
      heldFromMs = range.fromMs;
      missedAtMs = nowMs;
      unheld = [...unheld, ...lost];
    },
    begin(start, nowMs, isMatch) {
      const toMs = edgeMs ?? nowMs;
      if (!start)
        return { news: splitNews<Row>([], held.all(), { edgeMs: toMs }, spanTo(toMs)), absent: new Set() };
      const { news, absent, doubtful } = catchUp(start, held.all(), spanTo(toMs), isMatch);
      const gaps = [
        ...unheld.flatMap((part) =>
          part.toMs > start.floorMs ? [{ ...part, fromMs: Math.max(part.fromMs, start.floorMs) }] : [],
        ),
        ...doubtful.map((span) => coverGap(source, span, null, DOUBTFUL)),
      ];
      return { news: withGaps(news, gaps), absent };
    },
    forgetOld(nowMs) {
      if (edgeMs === null || (missedAtMs !== null && nowMs - missedAtMs <= KEEP_MISSED_MS)) return;
      missedAtMs = null;
      const keptFromMs = Math.max(heldFromMs, edgeMs - overlapMs);
      heldFromMs = keptFromMs;
      held.prune(keptFromMs);
      unheld = unheld.filter(({ toMs }) => toMs > keptFromMs);
    },
  };
}

const DOUBTFUL =
  'While the stream was interrupted, rows of this span were deleted, or more were added than its cursor can separate. Read the range by the list.';
