/** The two vendors, in the order that decides between entries of one instant: usage first. */
export const SOURCES = ['USAGE', 'EVENTS'] as const;

/** One of the two vendors. */
export type Source = (typeof SOURCES)[number];
