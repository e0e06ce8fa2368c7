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

const DAY_MS = 86_400_000;

/** The lengths of a bucket, longest first. `WEEK` is the ISO week, which begins on Monday. */
export const INTERVALS = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

export type Interval = (typeof INTERVALS)[number];

/** Arithmetic with time zones and calendars: the runtime's own Temporal, or the polyfill on Node 24, which has none. */
export const Temporal: typeof globalThis.Temporal =
  globalThis.Temporal ?? (await import('temporal-polyfill')).Temporal;

/** The dates of days that were printed lately, `2026-11-21T`, by days since the epoch. */
const dates = new Map<number, string>();
const MOST_DATES = 4_096;

function formatDate(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length);
  if (dates.size >= MOST_DATES) dates.clear();
  dates.set(day, date);
  return date;
}

/**
 * RFC 3339 in UTC with milliseconds, as `Date` prints it: `2026-11-21T09:30:00.000Z`. The times of an answer lie in few days, so
 * the date of each is printed once.
 * @throws RangeError if the time is no date
 */
export function formatInstant(timestampMs: number): string {
  const ms = Math.trunc(timestampMs);
  const day = Math.floor(ms / DAY_MS);
  const inDay = ms - day * DAY_MS;
  const hour = Math.floor(inDay / 3_600_000);
  const minute = Math.floor(inDay / 60_000) % 60;
  const second = Math.floor(inDay / 1_000) % 60;
  return `${formatDate(day)}${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}.${pad(inDay % 1_000, 3)}Z`;
}

function pad(value: number, length: 2 | 3): string {
  if (length === 3 && value < 100) return value < 10 ? `00${value}` : `0${value}`;
  return value < 10 ? `0${value}` : `${value}`;
}

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
