import { RequestError } from '../../base/request-error.ts';
import type { Range } from '../../base/range.ts';
import { SOURCES } from '../../base/source.ts';
import { isEventId, isUsageRecordId } from '../global-id.ts';
import { EARLIEST_MS } from './freeze-range.ts';
import type { Position } from '../../sources/walk/position.ts';

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
