import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { Secret } from './secret.ts';

// All cryptography of the service, except the sandbox's own and what jose does with tokens: only this file imports node:crypto.

const HASH = 'sha256';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;

/** The length of a nonce, in bytes. Never use one nonce for two texts under the same key. */
export const NONCE_BYTES = 12;
/** The length of the tag that proves a sealed text unaltered, in bytes. */
export const TAG_BYTES = 16;

/** A key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869, without salt). A changed label makes another key. */
export function deriveKey(secret: Secret, label: string): Buffer {
  return Buffer.from(hkdfSync(HASH, secret.reveal(), '', label, KEY_BYTES));
}

/** The same key as `deriveKey` makes, as base64url text in a `Secret`. */
export function deriveSecret(secret: Secret, label: string): Secret {
  return new Secret(deriveKey(secret, label).toString('base64url'));
}

/** A new random secret of 256 bits, as base64url text. */
export function drawSecret(): Secret {
  return new Secret(drawBytes(KEY_BYTES).toString('base64url'));
}

/** Random bytes that nobody can predict. */
export function drawBytes(count: number): Buffer {
  return randomBytes(count);
}

/** SHA-256, 32 bytes. */
export function digest(data: string | Uint8Array): Buffer {
  return hash(HASH, data, 'buffer');
}

/** SHA-256 of bytes that come piece by piece. */
export interface RunningDigest {
  update(piece: Uint8Array): void;
  /** The digest of all pieces so far, as 64 hexadecimal digits. More pieces may follow. */
  hex(): string;
}

export function createRunningDigest(): RunningDigest {
  const running = createHash(HASH);
  return {
    update: (piece) => void running.update(piece),
    hex: () => running.copy().digest('hex'),
  };
}

/** HMAC-SHA-256, 32 bytes: a digest that nobody without the key can compute. */
export function keyedDigest(key: string | Uint8Array, data: string | Uint8Array): Buffer {
  return createHmac(HASH, key).update(data).digest();
}

/** Compares two digests in constant time. @throws RangeError if their lengths differ */
export function areDigestsEqual(left: Uint8Array, right: Uint8Array): boolean {
  return timingSafeEqual(left, right);
}

/** A sealed text in its three parts; the caller decides in which order it stores them. */
export interface Sealed {
  /** `NONCE_BYTES` long. */
  readonly nonce: Uint8Array;
  /** As long as the plain text. */
  readonly text: Uint8Array;
  /** `TAG_BYTES` long. */
  readonly tag: Uint8Array;
}

/** Encrypts with AES-256-GCM. The default nonce is random. */
export function seal(key: Uint8Array, plain: Uint8Array, nonce: Uint8Array = drawBytes(NONCE_BYTES)): Sealed {
  const cipher = createCipheriv(CIPHER, key, nonce);
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { nonce, text, tag: cipher.getAuthTag() };
}

/** The plain text; null if the parts were not sealed under this key, or were altered since. */
export function unseal(key: Uint8Array, { nonce, text, tag }: Sealed): Buffer | null {
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    return null;
  }
}
