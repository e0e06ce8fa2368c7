import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

/** The content encodings that a vendor may use; sent as `accept-encoding`. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/** A body is larger than its bound. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** A body is not what its headers say. */
export class BodyUnreadable extends Error {
  override readonly name = 'BodyUnreadable';
}

const decompress = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
  // RFC 9110 8.4.1.2 means zlib, but some servers send a bare deflate stream. The first byte of zlib names method 8.
  deflate: (body: Buffer, options: { maxOutputLength: number }): Promise<Buffer> =>
    promisify(((body[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw)(body, options),
} as const;

/**
 * Removes the content encoding of a complete body, which is at most `maxBytes` long as sent. Decompression stops at
 * `maxBytes`.
 * @throws BodyTooLarge, BodyUnreadable
 */
export async function decompressBody(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return body;
  if (!isKnownEncoding(name)) throw new BodyUnreadable('The content encoding is not an accepted one.');
  try {
    return await decompress[name](body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new BodyTooLarge('The answer unpacks to more than the limit.', { cause });
    throw new BodyUnreadable('The answer can not be unpacked.', { cause });
  }
}

function isKnownEncoding(name: string): name is keyof typeof decompress {
  return Object.hasOwn(decompress, name);
}

/** Bytes as text, without a byte order mark. @throws BodyUnreadable if they are not UTF-8 */
export function decodeText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new BodyUnreadable('The answer is not UTF-8.');
  const text = bytes.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

// An integer of 16 digits or more at the place of a value. If it is within a string, parsing is slower but correct. Two patterns,
// because one for both takes twice as long as the parser itself.
const LONG_INTEGER = /[:,[]\s*-?\d{16}/;
const LONG_INTEGER_ALONE = /^\s*-?\d{16}/;
const INTEGER = /^-?\d+$/;

/**
 * Parses JSON without loss: an integer beyond ±(2^53 − 1) becomes a bigint, because a number would round it. Keys such as
 * `__proto__` become own properties and change no prototype.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const isLong = LONG_INTEGER.test(text) || LONG_INTEGER_ALONE.test(text);
  return isLong ? JSON.parse(text, reviveLongInteger) : JSON.parse(text);
}

function reviveLongInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
}

declare global {
  interface JSON {
    /** ES2026. TypeScript's libraries do not declare it yet. */
    rawJSON(text: string): unknown;
  }
}

/** JSON of a value that `parseJson` gave, without loss: a bigint becomes an integer again. */
export function encodeJson(value: unknown): string {
  try {
    // First without a replacer: that is seven times as fast, and long integers are rare.
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'bigint' ? JSON.rawJSON(String(part)) : part,
    );
  }
}
