import { HOUR_MS } from '../base/time.ts';

/** Hours of the day in UTC: from `from` (inclusive) to `to` (exclusive); over midnight if `to` is not greater. */
export interface DailyHours {
  readonly from: number;
  readonly to: number;
}

const DAY_HOURS = 24;

/** How long until the hours begin, in milliseconds; 0: they last. @param hours null: always */
export function untilHours(hours: DailyHours | null, nowMs: number): number {
  if (!hours) return 0;
  const { from, to } = hours;
  const lengthHours = (to - from + DAY_HOURS) % DAY_HOURS || DAY_HOURS;
  const dayMs = DAY_HOURS * HOUR_MS;
  const sinceMs = (((nowMs - from * HOUR_MS) % dayMs) + dayMs) % dayMs;
  return sinceMs < lengthHours * HOUR_MS ? 0 : dayMs - sinceMs;
}
