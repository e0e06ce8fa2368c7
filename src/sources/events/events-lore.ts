/** How the vendor wants to be asked, best first; its page leaves both open (`behaviour.md`, 'dates' and 'sort'). */
const DIALECTS = (['timestamp', 'id', 'none'] as const).flatMap((sort) =>
  ([true, false] as const).map((hasOperators) => ({ sort, hasOperators })),
);

/** One way of asking: what can be sorted by, and whether times take `gt:` and `lt:`. */
export type EventsDialect = (typeof DIALECTS)[number];

/** What is learnt of the vendor by watching it; one per process, since it holds for every caller. */
export interface EventsLore {
  dialect(): EventsDialect;
  /** An answer came: a 400 from now on is about the query, not about how it is asked. */
  noteAccepted(): void;
  /** A 400 came; true where there is another way to ask the same. */
  noteRejected(): boolean;
}

/** Nothing known yet: the best way is tried first. */
export function createEventsLore(): EventsLore {
  let at = 0;
  let isProven = false;
  return {
    dialect: () => DIALECTS[at]!,
    noteAccepted() {
      isProven = true;
    },
    noteRejected() {
      if (isProven || at + 1 >= DIALECTS.length) return false;
      at += 1;
      return true;
    },
  };
}
