const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/i;
const OFFSET = /(?:z|[+-]\d\d:?\d\d)$/;
const DAY_AT = 'YYYY-MM-'.length;
const HOUR_AT = 'YYYY-MM-DDT'.length;
const MINUTE_LENGTH = 'YYYY-MM-DDTHH:mm'.length;
/** Every month has it. */
const SHORTEST_MONTH = 28;

/**
 * Reads a vendor's time: ISO 8601 with `Z` or an offset; without a zone it is UTC (`behaviour.md`, 'dates').
 * Milliseconds since the epoch; null for anything else, a day that its month does not have among them.
 */
export function decodeTimestamp(value: unknown): number | null {
  if (typeof value !== 'string' || !ISO.test(value) || !hasItsDay(value)) return null;
  const isZoned = value.endsWith('Z') || OFFSET.test(value.slice(MINUTE_LENGTH));
  const ms = Date.parse(isZoned ? value : `${value}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** `Date.parse` takes the 30th of February for the 2nd of March, and 24:00 for the next day: the day must stay as written. */
function hasItsDay(value: string): boolean {
  const day = Number(value.slice(DAY_AT, DAY_AT + 2));
  if (day <= SHORTEST_MONTH) return !value.startsWith('24', HOUR_AT);
  return new Date(`${value.slice(0, MINUTE_LENGTH)}Z`).getUTCDate() === day;
}

/** A time to the millisecond as both vendors take it: ISO 8601 in UTC with `Z`. */
export function encodeInstant(timestampMs: number): string {
  return new Date(timestampMs).toISOString();
}

/** A time in whole seconds, as the Events API writes it in every sample. */
export function encodeSecond(timestampMs: number): string {
  return `${encodeInstant(timestampMs).slice(0, 19)}Z`;
}
