import { formatInstant } from '../../base/time.ts';

/** A vendor's usual form. */
const FORMATTED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/i;
const OFFSET = /(?:z|[+-]\d\d:?\d\d)$/;
const ZERO = '0'.charCodeAt(0);
const DAY_AT = 'YYYY-MM-'.length;
const HOUR_AT = 'YYYY-MM-DDT'.length;
const MINUTE_LENGTH = 'YYYY-MM-DDTHH:mm'.length;
/** Every month has at least this many days. */
const SHORTEST_MONTH = 28;

/**
 * Parses a vendor's time: ISO 8601 with `Z` or an offset, or UTC without either (`docs/vendors.md#both-dates-in-answers`).
 * @returns milliseconds since the epoch; null for any other text, and for a day that its month does not have
 */
export function decodeTimestamp(value: unknown): number | null {
  if (typeof value === 'string' && FORMATTED.test(value)) {
    const ms = Date.parse(value);
    if (!Number.isNaN(ms)) return hasItsDay(value) ? ms : null;
  }
  if (typeof value !== 'string' || !ISO.test(value) || !hasItsDay(value)) return null;
  const isZoned = value.endsWith('Z') || OFFSET.test(value.slice(MINUTE_LENGTH));
  const ms = Date.parse(isZoned ? value : `${value}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** Whether the day stays as written: `Date.parse` turns the 30th of February into the 2nd of March, and 24:00 into the next day. */
function hasItsDay(value: string): boolean {
  const day = (value.charCodeAt(DAY_AT) - ZERO) * 10 + value.charCodeAt(DAY_AT + 1) - ZERO;
  if (day <= SHORTEST_MONTH) return !value.startsWith('24', HOUR_AT);
  return new Date(`${value.slice(0, MINUTE_LENGTH)}Z`).getUTCDate() === day;
}

/** ISO 8601 in UTC with milliseconds and `Z`, which both vendors take. */
export const encodeInstant = formatInstant;

/** ISO 8601 in UTC with whole seconds and `Z`, as in every sample of the Events API. */
export function encodeSecond(timestampMs: number): string {
  return `${encodeInstant(timestampMs).slice(0, 19)}Z`;
}
