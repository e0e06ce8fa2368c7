/** A time to the millisecond as both vendors take it: ISO 8601 in UTC with `Z`. */
export function encodeInstant(timestampMs: number): string {
  return new Date(timestampMs).toISOString();
}

/** A time in whole seconds, as the Events API writes it in every sample. */
export function encodeSecond(timestampMs: number): string {
  return `${encodeInstant(timestampMs).slice(0, 19)}Z`;
}
