/** The source of the current time. Tests replace it, so that no test sleeps. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A range of time, in milliseconds since the epoch: `fromMs` is inside, `toMs` is outside. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** In which order of time rows are read: `ASC` is oldest first, `DESC` newest first. */
export type Direction = 'ASC' | 'DESC';

export function opposite(direction: Direction): Direction {
  return direction === 'DESC' ? 'ASC' : 'DESC';
}

/** The lengths of a bucket, longest first. `WEEK` is the ISO week, which begins on Monday. */
export const INTERVALS = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

export type Interval = (typeof INTERVALS)[number];

/** Arithmetic with time zones and calendars: the runtime's own Temporal, or the polyfill on Node 24, which has none. */
export const Temporal: typeof globalThis.Temporal =
  globalThis.Temporal ?? (await import('temporal-polyfill')).Temporal;

/** Joins the ranges that overlap or touch. The result covers the same time, newest range first. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const range of [...ranges].sort((a, b) => b.toMs - a.toMs)) {
    const newer = merged.at(-1);
    if (newer && range.toMs >= newer.fromMs) newer.fromMs = Math.min(newer.fromMs, range.fromMs);
    else merged.push({ ...range });
  }
  return merged;
}
