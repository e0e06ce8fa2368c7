/** The vendor's interval words, and the step that leads from one bucket to the next. */
export const INTERVAL_STEPS = {
  year: '1 year',
  quarter: '3 months',
  month: '1 month',
  week: '7 days',
  day: '1 day',
  hour: '1 hour',
  minute: '1 minute',
  second: '1 second',
} as const;

export type VendorInterval = keyof typeof INTERVAL_STEPS;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function isVendorInterval(text: string): text is VendorInterval {
  return Object.hasOwn(INTERVAL_STEPS, text);
}

/** What the vendor picks when no interval is sent. Known is 7 days → day alone; the rest is ours. */
export function chooseInterval(lengthMs: number): VendorInterval {
  if (lengthMs <= 2 * HOUR_MS) return 'minute';
  if (lengthMs <= 3 * DAY_MS) return 'hour';
  if (lengthMs <= 92 * DAY_MS) return 'day';
  return lengthMs <= 731 * DAY_MS ? 'month' : 'year';
}
