// The values of a vendor's row. Each reader gives null if there is none, and undefined if the value is of another type: then the
// row is skipped, because a row with a part missing would be wrong. They are plain functions and no schema of a library, because
// they run twenty times for each row: docs/decisions/speed.md.

/** A text; null for an empty one. */
export function readText(value: unknown): string | null | undefined {
  if (typeof value === 'string') return value === '' ? null : value;
  return value === null || value === undefined ? null : undefined;
}

/** An id: a text or an integer. */
export function readId(value: unknown): string | null | undefined {
  if (typeof value === 'string') return value === '' ? null : value;
  if (Number.isSafeInteger(value) || typeof value === 'bigint') return String(value);
  return value === null || value === undefined ? null : undefined;
}

const DIGITS = /^\d{1,15}$/;

/** An integer in the range of the graph's Int, or its digits as a text. */
export function readInt(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null;
  const number = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
  return typeof number === 'number' && number === (number | 0) ? number : undefined;
}

/** A duration in milliseconds, rounded. */
export function readMilliseconds(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'number' || !(value >= 0)) return undefined;
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

const NONE: readonly string[] = Object.freeze([]);

/** Texts with tags that were split lately. The records of an element have the same. */
const split = new Map<string, readonly string[]>();
const MOST_KEPT = 1_000;
const LONGEST_KEPT = 200;

/** One text with commas, or a list of texts. */
export function readTags(value: unknown): readonly string[] | undefined {
  if (value === null || value === undefined) return NONE;
  if (typeof value === 'string') return splitTags(value);
  return Array.isArray(value) && value.every((tag) => typeof tag === 'string') ? cleanTags(value) : undefined;
}

function splitTags(text: string): readonly string[] {
  const known = split.get(text);
  if (known) return known;
  const tags = Object.freeze(cleanTags(text.split(',')));
  if (split.size >= MOST_KEPT) split.clear();
  if (text.length <= LONGEST_KEPT) split.set(text, tags);
  return tags;
}

function cleanTags(tags: readonly string[]): readonly string[] {
  return tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
}
