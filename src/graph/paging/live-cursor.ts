import { RequestError } from '../../base/errors.ts';
import { deriveKey, NONCE_BYTES, seal, TAG_BYTES, unseal } from '../../base/sealing.ts';
import type { Secret } from '../../base/secret.ts';
import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import type { SeenPart } from '../../sources/live/feed.ts';
import { decodeSeen, encodeSeen } from '../../sources/live/seen-bytes.ts';
import type { SeenRows } from '../../sources/live/seen-rows.ts';
import { DIGEST_BYTES } from './cursor.ts';

/** Seals what a listener has seen. Its cursors differ in length, unlike those of lists. */
export interface LiveCursors {
  /** @param query `DIGEST_BYTES` that name the filter and whose rows they are */
  seal(query: Buffer, parts: readonly SeenPart[]): string;
  /**
   * What was seen of each source.
   * @throws RequestError `CURSOR_INVALID`, names the argument, for a cursor that is not ours, or is of another query or caller
   */
  open(text: string, query: Buffer, argument: string): ReadonlyMap<Source, SeenRows>;
}

const VERSION = 1;
/** Cursors of lists have no such letter. */
const PREFIX = 'live.';
const LONGEST = 65_536;
const FORM = /^live\.[A-Za-z0-9_-]+$/;

/** Whether a text claims to be a cursor of a stream. */
export function isLiveCursor(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** A sealer (AES-256-GCM). Its key is derived from `SIGHTLINE_SECRET`, so each instance opens the cursors of the others. */
export function createLiveCursors(secret: Secret): LiveCursors {
  const key = deriveKey(secret, 'sightline live cursor v1');
  return {
    seal(query, parts) {
      const plain = Buffer.concat([
        Buffer.from([VERSION]),
        query,
        ...parts.flatMap(({ source, seen, absent }) => [
          Buffer.from([SOURCES.indexOf(source)]),
          encodeSeen(seen, absent),
        ]),
      ]);
      const { nonce, text, tag } = seal(key, plain);
      return PREFIX + Buffer.concat([nonce, text, tag]).toString('base64url');
    },
    open(text, query, argument) {
      const plain = unsealText(text, key);
      if (plain?.readUInt8(0) !== VERSION || plain.length < 1 + DIGEST_BYTES)
        throw refuse(
          'This cursor was not made by this service, or was changed. Start again without it.',
          argument,
        );
      if (!plain.subarray(1, 1 + DIGEST_BYTES).equals(query))
        throw refuse('This cursor comes from another filter or caller. Start again without it.', argument);
      try {
        return decodeParts(plain.subarray(1 + DIGEST_BYTES));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw refuse(
          'This cursor holds values that this service never writes. Start again without it.',
          argument,
        );
      }
    },
  };
}

function decodeParts(bytes: Buffer): ReadonlyMap<Source, SeenRows> {
  const parts = new Map<Source, SeenRows>();
  for (let at = 0; at < bytes.length;) {
    const source = SOURCES[bytes.readUInt8(at)];
    if (!source) throw new RangeError('There is no such source.');
    const { seen, length } = decodeSeen(bytes.subarray(at + 1));
    parts.set(source, seen);
    at += 1 + length;
  }
  return parts;
}

function unsealText(text: string, key: Buffer): Buffer | null {
  if (text.length > LONGEST || !FORM.test(text)) return null;
  const sealed = Buffer.from(text.slice(PREFIX.length), 'base64url');
  if (sealed.length <= NONCE_BYTES + TAG_BYTES) return null;
  return unseal(key, {
    nonce: sealed.subarray(0, NONCE_BYTES),
    text: sealed.subarray(NONCE_BYTES, -TAG_BYTES),
    tag: sealed.subarray(-TAG_BYTES),
  });
}

function refuse(message: string, argument: string): RequestError {
  return new RequestError('CURSOR_INVALID', message, { argument });
}
