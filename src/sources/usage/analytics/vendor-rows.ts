import type { Range } from '../../../base/time.ts';

/**
 * The intervals asked of the vendor, coarsest first; each is made of whole ones of the next. `week` is not among them:
 * the vendor's page does not say which day begins one, so weeks are summed from days.
 */
export const VENDOR_INTERVALS = ['YEAR', 'QUARTER', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

/** How long a stretch of time is that one of the vendor's rows stands for; always in UTC. */
export type VendorInterval = (typeof VENDOR_INTERVALS)[number];

const FIXED_MS = { DAY: 86_400_000, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1_000 } as const;
const MONTHS = { YEAR: 12, QUARTER: 3, MONTH: 1 } as const;

/** The longest range that the vendor answers in seconds (`behaviour.md`: 'second over a day = 400'). */
const LONGEST_BY_SECOND_MS = 86_400_000;

/** Where the vendor's row that holds a moment begins. */
export function vendorFloor(ms: number, interval: VendorInterval): number {
  return rowStart(rowIndex(ms, interval), interval);
}

/** Where the row after the one that holds a moment begins. */
export function nextVendorEdge(ms: number, interval: VendorInterval): number {
  return rowStart(rowIndex(ms, interval) + 1, interval);
}

/** Whether one of the vendor's rows begins at this moment. */
export function isVendorEdge(ms: number, interval: VendorInterval): boolean {
  return vendorFloor(ms, interval) === ms;
}

/** How many of the vendor's rows a range touches; the row at `to`, which the vendor adds, is not one of them. */
export function countVendorRows({ fromMs, toMs }: Range, interval: VendorInterval): number {
  return rowIndex(toMs - 1, interval) - rowIndex(fromMs, interval) + 1;
}

/** Whether the vendor answers a range in rows of this length, and in no more than `atMost` of them. */
export function isReadable(range: Range, interval: VendorInterval, atMost: number): boolean {
  if (interval === 'SECOND' && range.toMs - range.fromMs > LONGEST_BY_SECOND_MS) return false;
  return countVendorRows(range, interval) <= atMost;
}

/** The longest range in milliseconds that `atMost` rows hold, wherever it begins. */
export function longestReadable(interval: VendorInterval, atMost: number): number {
  const rowMs = isFixed(interval) ? FIXED_MS[interval] : MONTHS[interval] * 28 * FIXED_MS.DAY;
  const ms = Math.max(atMost - 1, 1) * rowMs;
  return interval === 'SECOND' ? Math.min(ms, LONGEST_BY_SECOND_MS) : ms;
}

function rowIndex(ms: number, interval: VendorInterval): number {
  if (isFixed(interval)) return Math.floor(ms / FIXED_MS[interval]);
  const date = new Date(ms);
  return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / MONTHS[interval]);
}

function rowStart(index: number, interval: VendorInterval): number {
  if (isFixed(interval)) return index * FIXED_MS[interval];
  const months = index * MONTHS[interval];
  const year = Math.floor(months / 12);
  // Date.UTC takes the years 0 to 99 for the 1900s.
  return new Date(0).setUTCFullYear(year, months - year * 12, 1);
}

function isFixed(interval: VendorInterval): interval is keyof typeof FIXED_MS {
  return interval in FIXED_MS;
}
