/** Long enough for every status; a longer integer is no Int of the graph. */
const DIGITS = /^\d{1,15}$/;
const NO_TAGS: readonly string[] = Object.freeze([]);

/**
 * Reads the fields of one row of a vendor. A missing field and an empty text become null. A value of another type, or out of its
 * range, becomes null, too, but then `hasFailed` is true: the row must be skipped, because a record with a part missing would be
 * wrong.
 */
export class FieldReader {
  hasFailed = false;

  text(value: unknown): string | null {
    if (typeof value === 'string') return value === '' ? null : value;
    return this.#absent(value);
  }

  /** An id that the vendor may give as an integer of any length. */
  id(value: unknown): string | null {
    if (Number.isSafeInteger(value) || typeof value === 'bigint') return String(value);
    return this.text(value);
  }

  /** An integer, or its decimal digits, in the range of the graph's Int. */
  int(value: unknown): number | null {
    const number = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
    if (typeof number === 'number' && number === (number | 0)) return number;
    return this.#absent(value);
  }

  /** Rounded to whole milliseconds. */
  milliseconds(value: unknown): number | null {
    if (typeof value === 'number' && value >= 0) {
      const rounded = Math.round(value);
      if (Number.isSafeInteger(rounded)) return rounded;
    }
    return this.#absent(value);
  }

  /** One text with commas, or a list of texts. */
  tags(value: unknown): readonly string[] {
    const parts: unknown = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(parts)) {
      this.#absent(value);
      return NO_TAGS;
    }
    const tags: string[] = [];
    for (const part of parts) {
      if (typeof part !== 'string') {
        this.hasFailed = true;
        return NO_TAGS;
      }
      const tag = part.trim();
      if (tag !== '') tags.push(tag);
    }
    return tags;
  }

  #absent(value: unknown): null {
    if (value !== null && value !== undefined) this.hasFailed = true;
    return null;
  }
}
