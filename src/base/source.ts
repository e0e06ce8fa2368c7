/** The two sources. Entries of the same instant follow in this order: usage first. */
export const SOURCES = ['USAGE', 'EVENTS'] as const;

/** One of the two sources. */
export type Source = (typeof SOURCES)[number];
