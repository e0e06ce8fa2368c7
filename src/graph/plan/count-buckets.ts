import type { Interval } from '../../base/interval.ts';
import type { Range } from '../../base/range.ts';
import { chooseInterval } from '../../sources/usage/analytics/choose-interval.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The shortest that a bucket can be where the range does not cut it: days lose an hour or two where clocks change. */
const SHORTEST_MS: Readonly<Record<Interval, number>> = {
  YEAR: 365 * DAY_MS - 2 * HOUR_MS,
  QUARTER: 90 * DAY_MS - 2 * HOUR_MS,
  MONTH: 28 * DAY_MS - 2 * HOUR_MS,
  WEEK: 7 * DAY_MS - 2 * HOUR_MS,
  DAY: DAY_MS - 2 * HOUR_MS,
  HOUR: HOUR_MS,
  MINUTE: 60_000,
  SECOND: 1_000,
};
/** Cut ones at both ends, and one that a change of clocks cuts. */
const CUT = 3;

/** How many buckets a range may make at most; more than `atMost` are refused, so none are made. */
export function countBuckets(range: Range, interval: unknown, timeZone: string, atMost: number): number {
  const length = (interval as Interval | null | undefined) ?? chosenInterval(range, timeZone);
  return Math.min(Math.ceil((range.toMs - range.fromMs) / SHORTEST_MS[length]) + CUT, atMost);
}

function chosenInterval(range: Range, timeZone: string): Interval {
  try {
    return chooseInterval(range, timeZone);
  } catch {
    // A zone that is none is refused before any call.
    return 'YEAR';
  }
}
