/** The areas that zones are named under. */
const AREAS = [
  'Africa',
  'America',
  'Antarctica',
  'Asia',
  'Atlantic',
  'Australia',
  'Europe',
  'Indian',
  'Pacific',
] as const;
/** Longer than the name of any zone's place. */
const PLACE = /^[A-Za-z][A-Za-z_ -]{1,39}$/;

/** What is wrong with a text that names no zone, and the way out: its area, if it is the name of a zone's place alone. */
export function explainTimeZone(text: string): string {
  if (/^(UTC|GMT)?[+-]/i.test(text))
    return "TimeZone must be a zone's IANA name, such as 'UTC' or 'Europe/Berlin', not an offset.";
  const zone = findZone(text);
  return zone === null
    ? "TimeZone must be a zone's IANA name, such as 'UTC' or 'Europe/Berlin'."
    : `TimeZone must be a zone's whole IANA name: '${zone}'.`;
}

function findZone(text: string): string | null {
  if (!PLACE.test(text)) return null;
  const place = text.replaceAll(' ', '_').replaceAll(/(?<![A-Za-z])[a-z]/g, (letter) => letter.toUpperCase());
  return AREAS.map((area) => `${area}/${place}`).find(isZone) ?? null;
}

function isZone(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
