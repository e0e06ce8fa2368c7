import { RequestError } from '../../base/errors.ts';
import { deriveKey, digest, keyedDigest, NONCE_BYTES, seal, TAG_BYTES, unseal } from '../../base/sealing.ts';
import type { Secret } from '../../base/secret.ts';
import { SOURCES } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { Position } from '../../sources/paging/position.ts';
import { isUsageRecordId } from '../../sources/usage/record.ts';
import type { ShownPage } from '../../sources/live/shown-rows.ts';
import { isEventId } from '../global-id.ts';
import { EARLIEST_MS } from './range.ts';
import { decodeShown, encodeShown, SHOWN_BYTES } from './shown-bytes.ts';

/** The lists that have cursors. A cursor holds an index into this array, so append only. */
export const CURSOR_LISTS = [
  'usageRecords',
  'events',
  'timeline',
  'relatedEvents',
  'relatedUsage',
  'activity',
] as const;
export type CursorList = (typeof CURSOR_LISTS)[number];

/** The query that a cursor belongs to. */
export interface CursorQuery {
  readonly list: CursorList;
  /** `DIGEST_BYTES` over the arguments, by `digestQuery`. */
  readonly digest: Buffer;
}

/** The content of a cursor. */
export interface Cursor {
  readonly query: CursorQuery;
  /** The range as fixed by the first page. */
  readonly range: Range;
  readonly position: Position;
  /**
   * Whether entries may lie past the position: on the pages already read, the row at the position included. False only if these
   * pages examined their whole span and found no entry.
   */
  readonly hasRowsPast: boolean;
  /** The rows of the page that begins here, for a stream that goes on after it. Left out: it is no start of a page. */
  readonly shown?: ShownPage;
}

const VERSION = 3;
/** With this length, a sealed cursor is a multiple of three bytes long (see `SEALED_FORM`). */
export const DIGEST_BYTES = 20;
/** The longest id that a position may have, in bytes. */
export const MAX_ID_BYTES = 64;

/** The last day before years have five digits. It is not the last millisecond, because the sources widen ranges. */
const LATEST_MS = Date.parse('9999-12-31T00:00:00Z');

const AT = { version: 0, list: 1, hasRowsPast: 2, source: 3, from: 4, to: 12, time: 20, digest: 28 };
const ID_LENGTH_AT = AT.digest + DIGEST_BYTES;
const ID_AT = ID_LENGTH_AT + 1;
/** The size of an encoded cursor. The rows of a page, if there are any, follow in `SHOWN_BYTES`. */
export const CURSOR_BYTES = ID_AT + MAX_ID_BYTES;

/** A cursor as `CURSOR_BYTES` bytes, and `SHOWN_BYTES` more if it has rows of a page. @throws RangeError if the id is longer than `MAX_ID_BYTES` */
export function encodeCursor({ query, range, position, hasRowsPast, shown }: Cursor): Buffer {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes.writeUInt8(VERSION, AT.version);
  bytes.writeUInt8(CURSOR_LISTS.indexOf(query.list), AT.list);
  bytes.writeUInt8(hasRowsPast ? 1 : 0, AT.hasRowsPast);
  bytes.writeUInt8(SOURCES.indexOf(position.source), AT.source);
  bytes.writeDoubleBE(range.fromMs, AT.from);
  bytes.writeDoubleBE(range.toMs, AT.to);
  bytes.writeDoubleBE(position.timestampMs, AT.time);
  query.digest.copy(bytes, AT.digest, 0, DIGEST_BYTES);
  const id = Buffer.from(position.id, 'utf8');
  if (id.length > MAX_ID_BYTES) throw new RangeError(`An id has more than ${MAX_ID_BYTES} bytes.`);
  bytes.writeUInt8(id.length, ID_LENGTH_AT);
  id.copy(bytes, ID_AT);
  return shown ? Buffer.concat([bytes, encodeShown(shown)]) : bytes;
}

/**
 * The cursor that the bytes hold.
 * @throws RequestError `CURSOR_INVALID` for bytes of another version, or with values that no cursor of ours holds: if the
 *   secret is known, as the sandbox's is, anybody can seal any bytes
 */
export function decodeCursor(bytes: Buffer): Cursor {
  const list = CURSOR_LISTS[bytes.readUInt8(AT.list)];
  const source = SOURCES[bytes.readUInt8(AT.source)];
  if (bytes.readUInt8(AT.version) !== VERSION || !list || !source)
    throw refuse('This cursor comes from another version of this service. Start again without it.');
  const idLength = bytes.readUInt8(ID_LENGTH_AT);
  const cursor: Cursor = {
    query: { list, digest: bytes.subarray(AT.digest, AT.digest + DIGEST_BYTES) },
    range: { fromMs: bytes.readDoubleBE(AT.from), toMs: bytes.readDoubleBE(AT.to) },
    position: {
      timestampMs: bytes.readDoubleBE(AT.time),
      source,
      id: bytes.toString('utf8', ID_AT, ID_AT + idLength),
    },
    hasRowsPast: bytes.readUInt8(AT.hasRowsPast) === 1,
    ...(bytes.length > CURSOR_BYTES && { shown: readShown(bytes.subarray(CURSOR_BYTES)) }),
  };
  if (idLength > MAX_ID_BYTES || !isPossible(cursor)) throw refuse(IMPOSSIBLE);
  return cursor;
}

function readShown(bytes: Buffer): ShownPage {
  const shown = decodeShown(bytes);
  if (!shown || !isDate(shown.fromMs)) throw refuse(IMPOSSIBLE);
  return shown;
}

const IMPOSSIBLE = 'This cursor holds values that this service never writes. Start again without it.';

function isPossible({ range: { fromMs, toMs }, position: { timestampMs, source, id } }: Cursor): boolean {
  const isId = source === 'USAGE' ? isUsageRecordId : isEventId;
  // An empty id marks a place after all rows of one instant, where a scan stopped: see `Position`.
  return [fromMs, toMs, timestampMs].every(isDate) && fromMs <= toMs && (id === '' || isId(id));
}

/** Whether a vendor can be asked about a time: its year must have four digits. */
function isDate(ms: number): boolean {
  return Number.isInteger(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS;
}

function refuse(message: string): RequestError {
  return new RequestError('CURSOR_INVALID', message);
}

const SEALED_BYTES = NONCE_BYTES + CURSOR_BYTES + TAG_BYTES;
// Multiples of three bytes leave no unused bits in the last character, so that a cursor has only one spelling.
const SEALED_FORM = new RegExp(
  `^[A-Za-z0-9_-]{${Math.ceil((SEALED_BYTES * 4) / 3)}}([A-Za-z0-9_-]{${(SHOWN_BYTES * 4) / 3}})?$`,
);

/** Seals cursors, so that callers can neither read nor change them. */
export interface CursorSealer {
  /** Text of one length, and of another one with the rows of a page. Equal cursors give equal text on every instance with the same secret. */
  seal(cursor: Cursor): string;
  /**
   * The cursor in the text that the caller gave as `argument`.
   * @throws RequestError `CURSOR_INVALID`, names the argument, if the cursor is not ours, was changed, or is of another query
   */
  open(text: string, query: CursorQuery, argument: 'after' | 'before'): Cursor;
  /**
   * The place in a cursor of a list with this filter, whatever its range is. @throws as `open`
   * @param filter by `digestFilter`
   */
  openPlace(
    text: string,
    list: CursorList,
    filter: Buffer,
    argument: string,
  ): Pick<Cursor, 'position' | 'shown'>;
}

/** A sealer (AES-256-GCM). Its keys are derived from `secret`, the service's `SIGHTLINE_SECRET`. */
export function createCursorSealer(secret: Secret): CursorSealer {
  const key = deriveKey(secret, 'sightline cursor encryption v1');
  const nonceKey = deriveKey(secret, 'sightline cursor nonce v1');
  const readCursor = (text: string, argument: string): Cursor => {
    try {
      return decodeCursor(unsealText(text, key));
    } catch (error) {
      if (error instanceof RequestError) throw new RequestError(error.code, error.message, { argument });
      throw error;
    }
  };
  return {
    seal(cursor) {
      const plain = encodeCursor(cursor);
      // The nonce is a keyed hash of the content. It repeats only if the whole content does, which reveals nothing.
      const nonce = keyedDigest(nonceKey, plain).subarray(0, NONCE_BYTES);
      const { text, tag } = seal(key, plain, nonce);
      return Buffer.concat([nonce, text, tag]).toString('base64url');
    },
    open(text, query, argument) {
      const cursor = readCursor(text, argument);
      if (cursor.query.list !== query.list || !cursor.query.digest.equals(query.digest)) {
        throw new RequestError(
          'CURSOR_INVALID',
          'This cursor comes from another query. Ask for the next page with the same range, filter and order.',
          { argument },
        );
      }
      return cursor;
    },
    openPlace(text, list, filter, argument) {
      const cursor = readCursor(text, argument);
      const { query } = cursor;
      if (query.list === list && query.digest.subarray(0, FILTER_DIGEST_BYTES).equals(filter)) return cursor;
      throw new RequestError(
        'CURSOR_INVALID',
        `This cursor comes from another query. Give one of '${list}' with the same filter.`,
        { argument },
      );
    },
  };
}

/**
 * Refuses a text that can't be a cursor, however long it is.
 * @throws RequestError `CURSOR_INVALID`, names the argument
 */
export function checkCursorForm(text: string, argument: 'after' | 'before'): void {
  if (!SEALED_FORM.test(text)) throw new RequestError('CURSOR_INVALID', NOT_OURS, { argument });
}

function unsealText(text: string, key: Buffer): Buffer {
  if (!SEALED_FORM.test(text)) throw refuse(NOT_OURS);
  const sealed = Buffer.from(text, 'base64url');
  const plain = unseal(key, {
    nonce: sealed.subarray(0, NONCE_BYTES),
    text: sealed.subarray(NONCE_BYTES, -TAG_BYTES),
    tag: sealed.subarray(-TAG_BYTES),
  });
  if (!plain) throw refuse(NOT_OURS);
  return plain;
}

const NOT_OURS = 'This cursor was not made by this service, or was changed. Start again without it.';

/** The first bytes of a query's digest, which depend on its list and filter alone. */
const FILTER_DIGEST_BYTES = 12;

/** The part of a query's digest that says which filter it has. */
export function digestFilter(list: CursorList, filter: unknown): Buffer {
  return digest(JSON.stringify([list, canonical({ filter })])).subarray(0, FILTER_DIGEST_BYTES);
}

/**
 * The query that a cursor is bound to: the list and hashes of its filter and of its other arguments, without the paging arguments.
 * The order of an input's fields does not matter, nor does it matter if an argument is null or omitted. It is digested when a
 * cursor is opened or sealed, because many clients select none.
 */
export function digestQuery(list: CursorList, args: Readonly<Record<string, unknown>>): CursorQuery {
  let digested: Buffer | null = null;
  return {
    list,
    get digest() {
      return (digested ??= digestArguments(list, args));
    },
  };
}

function digestArguments(list: CursorList, { filter, ...others }: Readonly<Record<string, unknown>>): Buffer {
  const rest = digest(JSON.stringify(canonical(others))).subarray(0, DIGEST_BYTES - FILTER_DIGEST_BYTES);
  return Buffer.concat([digestFilter(list, filter), rest]);
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => [name, canonical(part)]);
}
