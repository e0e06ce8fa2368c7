/** The lengths of a bucket, coarsest first; `WEEK` is the ISO week, from Monday. */
export const INTERVALS = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

export type Interval = (typeof INTERVALS)[number];
