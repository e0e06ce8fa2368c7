import type { Range } from '../../../base/time.ts';

/**
 * The intervals that Sightline asks the vendor for, coarsest first. Each consists of whole intervals of the next one. `week` is
 * missing because no source says on which day the vendor's weeks begin (`docs/vendors.md#series-requests-and-intervals`).
 */
export const VENDOR_INTERVALS = ['YEAR', 'QUARTER', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

/** The length of time that one of the vendor's rows covers, in UTC. */
export type VendorInterval = (typeof VENDOR_INTERVALS)[number];

const FIXED_MS = { DAY: 86_400_000, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1_000 } as const;
const MONTHS = { YEAR: 12, QUARTER: 3, MONTH: 1 } as const;

/** The longest range that the vendor answers by the second (`docs/vendors.md#series-requests-and-intervals`). */
const LONGEST_BY_SECOND_MS = 86_400_000;

/** The start of the vendor's row that holds a moment. */
export function vendorFloor(ms: number, interval: VendorInterval): number {
  return rowStart(rowIndex(ms, interval), interval);
}

/** The start of the row after the one that holds a moment. */
export function nextVendorEdge(ms: number, interval: VendorInterval): number {
  return rowStart(rowIndex(ms, interval) + 1, interval);
}

/** Whether a row begins at this moment. */
export function isVendorEdge(ms: number, interval: VendorInterval): boolean {
  return vendorFloor(ms, interval) === ms;
}

/** The start of each row of a range. The first is `fromMs` itself, even inside of a row. */
export function listRowStarts({ fromMs, toMs }: Range, interval: VendorInterval): readonly number[] {
  const starts: number[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs = nextVendorEdge(atMs, interval)) starts.push(atMs);
  return starts;
}

/** How many rows a range touches. The row at `to`, which the vendor adds (`docs/vendors.md#series-buckets`), does not count. */
export function countVendorRows({ fromMs, toMs }: Range, interval: VendorInterval): number {
  return rowIndex(toMs - 1, interval) - rowIndex(fromMs, interval) + 1;
}

/** Whether the vendor answers a range at this interval in no more than `atMost` rows. */
export function isReadable(range: Range, interval: VendorInterval, atMost: number): boolean {
  if (interval === 'SECOND' && range.toMs - range.fromMs > LONGEST_BY_SECOND_MS) return false;
  return countVendorRows(range, interval) <= atMost;
}

/** The longest range, in milliseconds, that `atMost` rows hold at any start. */
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
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  return new Date(0).setUTCFullYear(year, months - year * 12, 1);
}

function isFixed(interval: VendorInterval): interval is keyof typeof FIXED_MS {
  return interval in FIXED_MS;
}
