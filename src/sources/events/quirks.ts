import { createLongestPage, LEAST_LIMIT } from '../paging/longest-page.ts';
import type { LongestPage } from '../paging/longest-page.ts';

/** How the vendor may want to be asked, best first; its page leaves both open (`behaviour.md`, 'dates' and 'sort'). */
export const EVENTS_DIALECTS = (['timestamp', 'id', 'none'] as const).flatMap((sort) =>
  ([true, false] as const).map((hasOperators) => ({ sort, hasOperators })),
);

/** One way of asking: what can be sorted by, and whether times take `gt:` and `lt:`. */
export type EventsDialect = (typeof EVENTS_DIALECTS)[number];

/** How long a lesser way of asking is kept to before the best is tried again. */
const LESSER_MS = 15 * 60_000;
/** The other ways are tried no more often than this after a refusal of the known one, which may be about the query. */
const DOUBT_MS = 60_000;

/** What is learnt of the vendor by watching it, and unlearnt; forgotten, it costs calls, never rows. */
export interface EventsQuirks {
  readonly pages: LongestPage;
  /** The way of asking that has been answered; null: not known, or a lesser one that has been kept to for long enough. */
  dialectAt(nowMs: number): EventsDialect | null;
  /** An answer in this way has been understood. */
  learn(dialect: EventsDialect, nowMs: number): void;
  /** The known way was refused: whether the others are to be tried. All reads of one moment may. */
  mayDoubt(nowMs: number): boolean;
}

/** Nothing known yet: the best way is tried first. */
export function createEventsQuirks(): EventsQuirks {
  let known: { readonly dialect: EventsDialect; readonly sinceMs: number } | null = null;
  let doubtedAtMs = -Infinity;
  const dialectAt = (nowMs: number): EventsDialect | null => {
    if (!known) return null;
    const isOver = known.dialect !== EVENTS_DIALECTS[0] && nowMs - known.sinceMs >= LESSER_MS;
    return isOver ? null : known.dialect;
  };
  return {
    pages: createLongestPage(LEAST_LIMIT),
    dialectAt,
    learn(dialect, nowMs) {
      if (dialectAt(nowMs) !== dialect) known = { dialect, sinceMs: nowMs };
    },
    mayDoubt(nowMs) {
      if (nowMs !== doubtedAtMs && nowMs - doubtedAtMs < DOUBT_MS) return false;
      doubtedAtMs = nowMs;
      return true;
    },
  };
}
