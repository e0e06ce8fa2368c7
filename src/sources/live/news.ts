import type { Coverage } from '../paging/coverage.ts';
import type { Position } from '../paging/position.ts';
import type { HashedRow } from './row-hash.ts';
import { findUnseen, summarize } from './seen-rows.ts';
import type { SeenRows } from './seen-rows.ts';

/** Rows that a listener has not seen, and what it has seen with them. */
export interface News<Row extends Position> {
  /** In order of time. */
  readonly rows: readonly HashedRow<Row>[];
  readonly seen: SeenRows;
  /** Spans in which rows may be missing. */
  readonly gaps: readonly Coverage[];
}

/** What a poller holds: all rows from `heldFromMs` to `edgeMs`. */
export interface HeldSpan {
  readonly heldFromMs: number;
  readonly edgeMs: number;
  /** How far back a place tells rows apart. */
  readonly overlapMs: number;
}

/** Rows of one update. Rows of one instant stay together. */
export const UPDATE_ROWS = 200;

/**
 * Splits new rows into updates, so that each has a place to go on from. Late rows come first: behind them a place is a time, up to which
 * all held rows were seen.
 * @param rows oldest first
 * @param held all rows that are held, oldest first, the new ones among them
 * @param before up to where the listener had seen
 */
export function splitNews<Row extends Position>(
  rows: readonly HashedRow<Row>[],
  held: readonly HashedRow[],
  before: { readonly edgeMs: number },
  { edgeMs, heldFromMs, overlapMs }: HeldSpan,
): readonly News<Row>[] {
  const news: News<Row>[] = [];
  let part: HashedRow<Row>[] = [];
  const close = (upToMs: number): void => {
    const floorMs = Math.min(Math.max(upToMs - overlapMs, heldFromMs), upToMs);
    news.push({ rows: part, seen: summarize(held, floorMs, upToMs), gaps: [] });
    part = [];
  };
  for (const [at, one] of rows.entries()) {
    part.push(one);
    const next = rows[at + 1]?.row.timestampMs;
    const isCut = next !== undefined && next > one.row.timestampMs && next >= before.edgeMs;
    if (isCut && part.length >= UPDATE_ROWS) close(next);
  }
  close(edgeMs);
  return news;
}

/** A span in which rows may be missing, though the vendor may have them. */
export function coverGap(
  source: Coverage['source'],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  code: Coverage['code'],
  reason: string,
): Coverage {
  return {
    source,
    operation: null,
    status: 'TRUNCATED',
    fromMs,
    toMs,
    asOfMs: null,
    origin: 'NONE',
    scanned: null,
    matched: null,
    dropped: 0,
    code,
    reason,
  };
}

/**
 * What a listener that comes with a place has missed, as updates, and which rows it has seen and the poller has not.
 * @param isMatch the listener's filter
 */
export function catchUp<Row extends Position>(
  start: SeenRows,
  held: readonly HashedRow<Row>[],
  span: HeldSpan,
  isMatch: (row: Row) => boolean,
): {
  readonly news: readonly News<Row>[];
  readonly absent: ReadonlySet<number>;
  readonly doubtful: readonly { readonly fromMs: number; readonly toMs: number }[];
} {
  // A page has shown the rows of its filter alone.
  const among = start.shown ? held.filter(({ row }) => isMatch(row)) : held;
  const { rows, absent, doubtful } = findUnseen(start, among);
  return { news: splitNews(rows, held, start, span), absent, doubtful };
}
