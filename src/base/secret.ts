import { inspect } from 'node:util';

const SHOWN = '[secret]';
/** A text that shares this many characters with a secret rarely does so by chance. */
const PIECE_LENGTH = 8;
/** Any text may hold a shorter secret by chance. */
const SHORTEST_SEARCHED = 4;

/** A value that must never be printed. Every way to print it gives `[secret]`; only `reveal()` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the code that sends it or derives keys from it. */
  reveal(): string {
    return this.#value;
  }

  /**
   * Whether `text` holds the value or any eight consecutive characters of it: plain or in percent, hex or base64 encoding, in
   * upper or lower case. A value of four to seven characters must occur whole. A shorter value must equal the text, because any
   * text may hold it by chance.
   */
  isIn(text: string): boolean {
    const value = this.#value;
    const within = text.toLowerCase();
    if (value.length < SHORTEST_SEARCHED) return value !== '' && within === value.toLowerCase();
    const inBase64Url = within.replaceAll('+', '-').replaceAll('/', '_');
    const isFound = (form: string, inText: string): boolean =>
      holdsPiece(inText, form.toLowerCase(), value.length < PIECE_LENGTH ? form.length : PIECE_LENGTH);
    return (
      isFound(value, within) ||
      isFound(encodeURIComponent(value.toWellFormed()), within) ||
      isFound(Buffer.from(value).toString('hex'), within) ||
      [0, 1, 2].some((bytesBefore) => isFound(encodeBase64Url(value, bytesBefore), inBase64Url))
    );
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/** Whether `text` holds any `length` consecutive characters of `form`. */
function holdsPiece(text: string, form: string, length: number): boolean {
  for (let at = 0; at + length <= form.length; at += 1) {
    if (text.includes(form.slice(at, at + length))) return true;
  }
  return false;
}

/**
 * The base64url characters that depend on the value alone, if `bytesBefore` bytes (modulo 3) come before it in the encoded text.
 * Characters at both ends also depend on the text around the value, so they are left out.
 */
function encodeBase64Url(value: string, bytesBefore: number): string {
  const bytes = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(value)]);
  return bytes
    .toString('base64url')
    .slice(Math.ceil((bytesBefore * 4) / 3), Math.floor((bytes.length * 4) / 3));
}
