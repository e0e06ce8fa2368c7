/** Where time comes from; tests hand in their own, so that no test sleeps. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A half-open stretch of time: `fromMs` is in, `toMs` is out. Milliseconds since the epoch. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** In which order of time rows are read: `ASC` is oldest first, `DESC` newest first. */
export type Direction = 'ASC' | 'DESC';

export function opposite(direction: Direction): Direction {
  return direction === 'DESC' ? 'ASC' : 'DESC';
}

/** The lengths of a bucket, coarsest first; `WEEK` is the ISO week, from Monday. */
export const INTERVALS = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

export type Interval = (typeof INTERVALS)[number];

// Node 26 brings Temporal; Node 24 does not.
/** Zone and calendar arithmetic: the runtime's own Temporal, else the polyfill. */
export const Temporal: typeof globalThis.Temporal =
  globalThis.Temporal ?? (await import('temporal-polyfill')).Temporal;

/** The fewest ranges that cover just these: those that overlap or touch become one. Newest first, disjoint. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const range of [...ranges].sort((a, b) => b.toMs - a.toMs)) {
    const newer = merged.at(-1);
    if (newer && range.toMs >= newer.fromMs) newer.fromMs = Math.min(newer.fromMs, range.fromMs);
    else merged.push({ ...range });
  }
  return merged;
}
