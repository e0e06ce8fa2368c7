import { inspect } from 'node:util';

const SHOWN = '[secret]';
// Characters that a text hardly shares with a secret by chance.
const TELLING_PIECE = 8;
const SHORTEST_TELLING = 4;

/** A value that must never be seen: it prints as `[secret]` in every form but `reveal()`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  /**
   * Whether `text` holds the value, or any eight characters of it in a row: as it is, or in percent, hex or base64 encoding,
   * in whatever case. Of a value shorter than that only the whole counts, and one below four characters, which any text may
   * hold by chance, is only looked for as the text itself.
   */
  isIn(text: string): boolean {
    const value = this.#value;
    const within = text.toLowerCase();
    if (value.length < SHORTEST_TELLING) return value !== '' && within === value.toLowerCase();
    const inBase64Url = within.replaceAll('+', '-').replaceAll('/', '_');
    const isFound = (form: string, inText: string): boolean =>
      holdsPiece(inText, form.toLowerCase(), value.length < TELLING_PIECE ? form.length : TELLING_PIECE);
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

/** Whether so many characters of `form` in a row stand anywhere in `text`. */
function holdsPiece(text: string, form: string, length: number): boolean {
  for (let at = 0; at + length <= form.length; at += 1) {
    if (text.includes(form.slice(at, at + length))) return true;
  }
  return false;
}

/** What is sure to stand in any base64 of the value with so many bytes (modulo 3) before it: characters of it alone. */
function encodeBase64Url(value: string, bytesBefore: number): string {
  const bytes = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(value)]);
  return bytes
    .toString('base64url')
    .slice(Math.ceil((bytesBefore * 4) / 3), Math.floor((bytes.length * 4) / 3));
}
