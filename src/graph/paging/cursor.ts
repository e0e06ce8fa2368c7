import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { RequestError } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import { SOURCES } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { Position } from '../../sources/paging/position.ts';
import { isEventId, isUsageRecordId } from '../global-id.ts';
import { EARLIEST_MS } from './range.ts';

/** The lists that give out cursors. Their order is written into cursors: add at the end only. */
export const CURSOR_LISTS = ['usageRecords', 'events', 'timeline', 'relatedEvents', 'relatedUsage'] as const;
export type CursorList = (typeof CURSOR_LISTS)[number];

/** The query that a cursor belongs to. */
export interface CursorQuery {
  readonly list: CursorList;
  /** `DIGEST_BYTES` over the arguments, by `digestQuery`. */
  readonly digest: Buffer;
}

/** What a cursor says. */
export interface Cursor {
  readonly query: CursorQuery;
  /** The range as frozen by the first page. */
  readonly range: Range;
  readonly position: Position;
  /**
   * Whether the list may hold entries on the near side of the position, its own row included. False only if the pages up to
   * here examined all of it and found none.
   */
  readonly hasRowsBehind: boolean;
}

const VERSION = 2;
/** With what a digest takes, a sealed cursor is a multiple of three bytes long (see `cursor-sealer.ts`). */
export const DIGEST_BYTES = 20;
/** The longest id that a position may have, in bytes. */
export const MAX_ID_BYTES = 64;

/** A day before years get a fifth digit, since bounds are widened. */
const LATEST_MS = Date.parse('9999-12-31T00:00:00Z');

const AT = { version: 0, list: 1, hasRowsBehind: 2, source: 3, from: 4, to: 12, time: 20, digest: 28 };
const ID_LENGTH_AT = AT.digest + DIGEST_BYTES;
const ID_AT = ID_LENGTH_AT + 1;
/** The size of every encoded cursor. */
export const CURSOR_BYTES = ID_AT + MAX_ID_BYTES;

/** A cursor as bytes, always `CURSOR_BYTES` of them. @throws RangeError for an id longer than `MAX_ID_BYTES` */
export function encodeCursor({ query, range, position, hasRowsBehind }: Cursor): Buffer {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes.writeUInt8(VERSION, AT.version);
  bytes.writeUInt8(CURSOR_LISTS.indexOf(query.list), AT.list);
  bytes.writeUInt8(hasRowsBehind ? 1 : 0, AT.hasRowsBehind);
  bytes.writeUInt8(SOURCES.indexOf(position.source), AT.source);
  bytes.writeDoubleBE(range.fromMs, AT.from);
  bytes.writeDoubleBE(range.toMs, AT.to);
  bytes.writeDoubleBE(position.timestampMs, AT.time);
  query.digest.copy(bytes, AT.digest, 0, DIGEST_BYTES);
  const id = Buffer.from(position.id, 'utf8');
  if (id.length > MAX_ID_BYTES) throw new RangeError(`An id has more than ${MAX_ID_BYTES} bytes.`);
  bytes.writeUInt8(id.length, ID_LENGTH_AT);
  id.copy(bytes, ID_AT);
  return bytes;
}

/**
 * The cursor behind the bytes. @throws RequestError `CURSOR_INVALID` for bytes of another version, or for what no cursor of
 * ours says: where the secret is known, as the sandbox's is, anybody can seal any bytes
 */
export function decodeCursor(bytes: Buffer): Cursor {
  const list = CURSOR_LISTS[bytes.readUInt8(AT.list)];
  const source = SOURCES[bytes.readUInt8(AT.source)];
  if (bytes.readUInt8(AT.version) !== VERSION || !list || !source)
    throw refuse('This cursor is of another version of this service. Begin again without it.');
  const idLength = bytes.readUInt8(ID_LENGTH_AT);
  const cursor: Cursor = {
    query: { list, digest: bytes.subarray(AT.digest, AT.digest + DIGEST_BYTES) },
    range: { fromMs: bytes.readDoubleBE(AT.from), toMs: bytes.readDoubleBE(AT.to) },
    position: {
      timestampMs: bytes.readDoubleBE(AT.time),
      source,
      id: bytes.toString('utf8', ID_AT, ID_AT + idLength),
    },
    hasRowsBehind: bytes.readUInt8(AT.hasRowsBehind) === 1,
  };
  if (idLength > MAX_ID_BYTES || !isPossible(cursor))
    throw refuse('This cursor says what no cursor of this service does. Begin again without it.');
  return cursor;
}

function isPossible({ range: { fromMs, toMs }, position: { timestampMs, source, id } }: Cursor): boolean {
  const isId = source === 'USAGE' ? isUsageRecordId : isEventId;
  // The empty id is an edge: see `Position`.
  return [fromMs, toMs, timestampMs].every(isDate) && fromMs <= toMs && (id === '' || isId(id));
}

/** Whether vendors can be asked about a moment: their years have four digits. */
function isDate(ms: number): boolean {
  return Number.isInteger(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS;
}

function refuse(message: string): RequestError {
  return new RequestError('CURSOR_INVALID', message);
}

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

/**
 * What binds a cursor to its query: the list and a hash of its arguments as given, paging apart. The order of an input's
 * fields does not matter, nor whether an argument is null or left out.
 */
export function digestQuery(list: CursorList, args: Readonly<Record<string, unknown>>): CursorQuery {
  const text = JSON.stringify([list, canonical(args)]);
  return { list, digest: createHash('sha256').update(text).digest().subarray(0, DIGEST_BYTES) };
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => [name, canonical(part)]);
}
