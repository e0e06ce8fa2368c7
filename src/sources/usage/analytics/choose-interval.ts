import type { Interval } from '../../../base/interval.ts';
import type { Range } from '../../../base/range.ts';
import { Temporal } from '../../../base/temporal.ts';

/** `behaviour.md`, 'interval left out': how long a range may be for each interval. */
const LONGEST = [
  ['MINUTE', { hours: 2 }],
  ['HOUR', { days: 3 }],
  ['DAY', { days: 92 }],
  ['MONTH', { years: 2 }],
] as const;

/** The interval for a caller who named none: ≤ 2 h minute, ≤ 3 d hour, ≤ 92 d day, ≤ 2 y month, else year. */
export function chooseInterval(range: Range, timeZone: string): Interval {
  for (const [interval, length] of LONGEST) {
    // Three days hold 71 to 73 hours where clocks change: a range that is short enough by the zone's calendar or by the clock is.
    const longestMs = Math.max(addTo(range.fromMs, length, timeZone), addTo(range.fromMs, length, 'UTC'));
    if (range.toMs <= longestMs) return interval;
  }
  return 'YEAR';
}

function addTo(fromMs: number, length: Temporal.DurationLike, timeZone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(timeZone).add(length)
    .epochMilliseconds;
}
