import type { Interval } from '../../../src/base/time.ts';
import { DAY_MS } from './log.ts';

// What clocks show, by `Intl` alone: the service reckons with Temporal.

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

/** What a zone's clock and calendar show at a moment. */
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
    /** Since the clock showed midnight. */
    sinceMidnightMs: (hour * 3_600 + minute * 60 + second) * 1_000,
  };
}

/** The first moment of the day in the zone. */
export function localMidnight(ms: number, timeZone: string): number {
  const startMs = Math.floor(ms / 1_000) * 1_000 - readLocal(ms, timeZone).sinceMidnightMs;
  // Where the clock was changed on the way, it is off by that.
  const offMs = readLocal(startMs, timeZone).sinceMidnightMs;
  return offMs > DAY_MS / 2 ? startMs + DAY_MS - offMs : startMs - offMs;
}

/** Whether a bucket can begin at this moment by the zone's clock and calendar. */
export function isBucketStart(ms: number, interval: Interval, timeZone: string): boolean {
  const { weekday, month, day, hour, sinceMidnightMs } = readLocal(ms, timeZone);
  if (ms % 1_000 !== 0) return false;
  if (interval === 'SECOND') return true;
  if (interval === 'MINUTE') return sinceMidnightMs % 60_000 === 0;
  // Where the clock jumps, a bucket begins with the jump.
  const hoursOn = (hour - readLocal(ms - 1, timeZone).hour + 24) % 24;
  if (interval === 'HOUR') return sinceMidnightMs % 3_600_000 === 0 || hoursOn !== 1;
  if (sinceMidnightMs !== 0) return hoursOn > 1;
  if (interval === 'WEEK') return weekday === 'Mon';
  if (interval === 'DAY') return true;
  if (interval === 'MONTH') return day === 1;
  return day === 1 && (interval === 'QUARTER' ? month % 3 === 1 : month === 1);
}
