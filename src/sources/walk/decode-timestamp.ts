const ISO =
  /^(?<minute>\d{4}-\d\d-\d\dT\d\d:\d\d)(?<rest>:\d\d(?:\.\d+)?)?(?<zone>Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/i;

/**
 * Reads a vendor's time: ISO 8601 with `Z` or an offset; without a zone it is UTC (`behaviour.md`, 'dates').
 * Milliseconds since the epoch; null for anything else, a day that its month does not have among them.
 */
export function decodeTimestamp(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const { minute, rest = '', zone = 'Z' } = ISO.exec(value)?.groups ?? {};
  if (minute === undefined || !isWritten(minute)) return null;
  const ms = Date.parse(minute + rest + zone);
  return Number.isNaN(ms) ? null : ms;
}

/** `Date.parse` takes the 30th of February for the 2nd of March: only what comes back as it was written is a time. */
function isWritten(minute: string): boolean {
  const date = new Date(`${minute}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(minute.toUpperCase());
}
