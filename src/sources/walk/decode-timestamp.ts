const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * Reads a vendor's time: ISO 8601 with `Z` or an offset; without a zone it is UTC (`behaviour.md`, 'dates').
 * Milliseconds since the epoch; null for anything else.
 */
export function decodeTimestamp(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const match = ISO.exec(value);
  if (!match) return null;
  const ms = Date.parse(match[1] ? value : `${value}Z`);
  return Number.isNaN(ms) ? null : ms;
}
