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

/** In milliseconds; a day of UTC. */
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The lengths of a bucket, longest first. `WEEK` is the ISO week, which begins on Monday. */
export const INTERVALS = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

export type Interval = (typeof INTERVALS)[number];

/** Arithmetic with time zones and calendars: the runtime's own Temporal, or the polyfill on Node 24, which has none. */
export const Temporal: typeof globalThis.Temporal =
  globalThis.Temporal ?? (await import('temporal-polyfill')).Temporal;

/** The dates of days that were printed lately, `2026-11-21T`, by days since the epoch. */
const dates = new Map<number, string>();
/** Those of 45 years: a chart of more would print each date anew. */
const MOST_DATES = 16_384;

/** The day in UTC as RFC 3339 writes it before a time: `2026-11-21T`. @throws RangeError if the time is no date */
function formatDate(timestampMs: number): string {
  const day = Math.floor(timestampMs / DAY_MS);
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
  const inDay = ms - Math.floor(ms / DAY_MS) * DAY_MS;
  const second = Math.floor(inDay / 1_000) % 60;
  return (
    formatDate(ms) + MINUTES[Math.floor(inDay / 60_000)]! + SECONDS[second]! + MILLISECONDS[inDay % 1_000]!
  );
}

/** The parts of a time, printed once: `09:30:`, `00.` and `000Z`. */
const MINUTES = Array.from(
  { length: 24 * 60 },
  (_, at) => `${pad(Math.floor(at / 60), 2)}:${pad(at % 60, 2)}:`,
);
const SECONDS = Array.from({ length: 60 }, (_, at) => `${pad(at, 2)}.`);
const MILLISECONDS = Array.from({ length: 1_000 }, (_, at) => `${pad(at, 3)}Z`);

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0');
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
