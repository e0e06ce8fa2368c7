const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/i;
const ZONED = /(?:Z|[+-]\d\d:?\d\d)$/i;
const MINUTE_LENGTH = 'YYYY-MM-DDTHH:mm'.length;

/**
 * Reads a vendor's time: ISO 8601 with `Z` or an offset; without a zone it is UTC (`behaviour.md`, 'dates').
 * Milliseconds since the epoch; null for anything else, a day that its month does not have among them.
 */
export function decodeTimestamp(value: unknown): number | null {
  if (typeof value !== 'string' || !ISO.test(value)) return null;
  const minute = value.slice(0, MINUTE_LENGTH);
  if (!hasItsDay(minute)) return null;
  const ms = Date.parse(ZONED.test(value.slice(MINUTE_LENGTH)) ? value : `${value}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** `Date.parse` takes the 30th of February for the 2nd of March, and 24:00 for the next day: the day must stay as written. */
function hasItsDay(minute: string): boolean {
  return new Date(`${minute}Z`).getUTCDate() === Number(minute.slice('YYYY-MM-'.length, 'YYYY-MM-DD'.length));
}
