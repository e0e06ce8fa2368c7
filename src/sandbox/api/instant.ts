const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{1,2}(?::?\d{2})?)?)?$/i;

/**
 * Reads a time in the forms of the Usage API: a day, or ISO 8601; UTC without a zone. An offset may have one digit, because
 * the vendor's page writes `-4:00` (docs/vendors.md#usage-times-order-and-ties).
 *
 * @returns milliseconds since the epoch, finer digits cut off; null: the text is not a time
 */
export function readInstant(text: string): number | null {
  const match = INSTANT.exec(text.trim());
  if (match === null) return null;
  const [, day, minute = '00:00', second = '00', fraction = '', zone = 'Z'] = match;
  const ms = Date.parse(`${day}T${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  // Date.parse turns the 31st of a short month into a day of the next month. A vendor would not.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day) return null;
  const offset = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (offset === null) return ms;
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return minutes > 18 * 60 ? null : ms - (offset[1] === '-' ? -minutes : minutes) * 60_000;
}
