import type { Interval } from '../../../src/base/time.ts';
import { DAY_MS } from './log.ts';

// Local times by `Intl`, because the service uses Temporal and a mistake there must not be repeated here.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

/** The local date and time of a zone at `ms`. */
export function readLocal(ms: number, timeZone: string) {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const read = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
  const [hour, minute, second] = [read('hour'), read('minute'), read('second')];
  return {
    weekday: parts.get('weekday') ?? '',
    month: read('month'),
    day: read('day'),
    hour,
    /** By the local clock, from midnight on. */
    sinceMidnightMs: (hour * 3_600 + minute * 60 + second) * 1_000,
  };
}

/** The first moment of the day in the zone. */
export function localMidnight(ms: number, timeZone: string): number {
  const startMs = Math.floor(ms / 1_000) * 1_000 - readLocal(ms, timeZone).sinceMidnightMs;
  // If the clock changed since midnight, the result is off by that change.
  const offMs = readLocal(startMs, timeZone).sinceMidnightMs;
  return offMs > DAY_MS / 2 ? startMs + DAY_MS - offMs : startMs - offMs;
}

/** Whether a bucket can begin at `ms` by the zone's clock and calendar. */
export function isBucketStart(ms: number, interval: Interval, timeZone: string): boolean {
  const { weekday, month, day, hour, sinceMidnightMs } = readLocal(ms, timeZone);
  if (ms % 1_000 !== 0) return false;
  if (interval === 'SECOND') return true;
  if (interval === 'MINUTE') return sinceMidnightMs % 60_000 === 0;
  // If the clock jumps, a bucket begins at the jump.
  const hoursOn = (hour - readLocal(ms - 1, timeZone).hour + 24) % 24;
  if (interval === 'HOUR') return sinceMidnightMs % 3_600_000 === 0 || hoursOn !== 1;
  if (sinceMidnightMs !== 0) return hoursOn > 1;
  if (interval === 'WEEK') return weekday === 'Mon';
  if (interval === 'DAY') return true;
  if (interval === 'MONTH') return day === 1;
  return day === 1 && (interval === 'QUARTER' ? month % 3 === 1 : month === 1);
}
