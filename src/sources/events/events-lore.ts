/** How the vendor may want to be asked, best first; its page leaves both open (`behaviour.md`, 'dates' and 'sort'). */
export const EVENTS_DIALECTS = (['timestamp', 'id', 'none'] as const).flatMap((sort) =>
  ([true, false] as const).map((hasOperators) => ({ sort, hasOperators })),
);

/** One way of asking: what can be sorted by, and whether times take `gt:` and `lt:`. */
export type EventsDialect = (typeof EVENTS_DIALECTS)[number];

/** What is learnt of the vendor by watching it; forgotten, it costs calls, never rows. */
export interface EventsLore {
  /** The way of asking that has been answered: a 400 to it is about the query. null: not yet known. */
  dialect: EventsDialect | null;
}

/** Nothing known yet: the best way is tried first. */
export function createEventsLore(): EventsLore {
  return { dialect: null };
}
