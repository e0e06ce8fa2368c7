import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { Secret } from '../../base/secret.ts';
import { RequestError } from '../../base/request-error.ts';
import { CURSOR_BYTES, decodeCursor, encodeCursor } from './cursor-layout.ts';
import type { Cursor, CursorQuery } from './cursor-layout.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED_BYTES = NONCE_BYTES + CURSOR_BYTES + TAG_BYTES;
// A multiple of three bytes leaves no spare bits in the last letter: one cursor has one spelling.
const SEALED_FORM = new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((SEALED_BYTES * 4) / 3)}}$`);

/** Seals cursors, so that a caller can neither read nor alter them. */
export interface CursorSealer {
  /** Text of constant length; equal cursors give equal text, on every instance with the same secret. */
  seal(cursor: Cursor): string;
  /**
   * The cursor behind the text that came as `argument`.
   * @throws RequestError `CURSOR_INVALID`, naming the argument, where it is not ours, altered, or of another query than `query`
   */
  open(text: string, query: CursorQuery, argument: 'after' | 'before'): Cursor;
}

/** A sealer (AES-256-GCM) whose keys are derived from `secret`, the service's `SIGHTLINE_SECRET`. */
export function createCursorSealer(secret: Secret): CursorSealer {
  const key = deriveKey(secret, 'cursor encryption');
  const nonceKey = deriveKey(secret, 'cursor nonce');
  const readCursor = (text: string, argument: string): Cursor => {
    try {
      return decodeCursor(unseal(text, key));
    } catch (error) {
      if (error instanceof RequestError) throw new RequestError(error.code, error.message, { argument });
      throw error;
    }
  };
  return {
    seal(cursor) {
      const plain = encodeCursor(cursor);
      // A keyed hash of the content as the nonce: it repeats only where the whole plaintext does, which tells nothing.
      const nonce = createHmac('sha256', nonceKey).update(plain).digest().subarray(0, NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString('base64url');
    },
    open(text, query, argument) {
      const cursor = readCursor(text, argument);
      if (cursor.query.list !== query.list || !cursor.query.digest.equals(query.digest)) {
        throw new RequestError(
          'CURSOR_INVALID',
          'This cursor was given out by another query. Ask for the next page with the same range, filter and order.',
          { argument },
        );
      }
      return cursor;
    },
  };
}

function unseal(text: string, key: Buffer): Buffer {
  if (!SEALED_FORM.test(text)) throw notOurs();
  const sealed = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw notOurs();
  }
}

function notOurs(): RequestError {
  return new RequestError(
    'CURSOR_INVALID',
    'This cursor was not given out by this service, or has been altered. Begin again without it.',
  );
}

function deriveKey(secret: Secret, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret.reveal(), '', `sightline ${purpose} v1`, 32));
}
