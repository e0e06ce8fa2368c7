import { inspect } from 'node:util';

const SHOWN = '[secret]';
// Characters that a text hardly shares with a secret by chance.
const TELLING_PIECE = 8;

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

  /** Whether `text` holds the value, or is a longer piece of it: as it is, or in percent, hex or base64 encoding. */
  isIn(text: string): boolean {
    const inBase64Url = text.replaceAll('+', '-').replaceAll('/', '_');
    const isFound = (form: string, within: string): boolean =>
      form !== '' && (within.includes(form) || (within.length >= TELLING_PIECE && form.includes(within)));
    return (
      isFound(this.#value, text) ||
      isFound(encodeURIComponent(this.#value), text) ||
      isFound(Buffer.from(this.#value).toString('hex'), text.toLowerCase()) ||
      [0, 1, 2].some((bytesBefore) => isFound(encodeBase64Url(this.#value, bytesBefore), inBase64Url))
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

/** What is sure to stand in any base64 of the value with so many bytes (modulo 3) before it: characters of it alone. */
function encodeBase64Url(value: string, bytesBefore: number): string {
  const bytes = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(value)]);
  return bytes
    .toString('base64url')
    .slice(Math.ceil((bytesBefore * 4) / 3), Math.floor((bytes.length * 4) / 3));
}
