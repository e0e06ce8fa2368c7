import type { Position } from '../sources/paging/position.ts';

/** What a global id stands for. */
export type GlobalId =
  /** The time is a hint where to look first; null: an id from before ids carried one. */
  | { readonly source: 'USAGE'; readonly id: string; readonly timestampMs: number | null }
  | { readonly source: 'EVENTS'; readonly id: string; readonly timestampMs: number };

const USAGE_ID = /^[A-Za-z0-9_-]{1,64}$/;
const TIMED_USAGE = /^(-?\d{1,16}):([A-Za-z0-9_-]{1,64})$/;
const EVENT = /^(-?\d{1,16}):(-?\d{1,19})$/;
const MAX_INT64 = 2n ** 63n;
// The furthest moments that a date can stand for.
const MAX_DATE_MS = 8.64e15;

/** Whether a text can be the id of a usage record; one that can't must never be put into a vendor's path. */
export function isUsageRecordId(text: string): boolean {
  return USAGE_ID.test(text);
}

/** Whether a text can be the id of an event: an int64, written in one way. */
export function isEventId(text: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  const number = BigInt(text);
  return number >= -MAX_INT64 && number < MAX_INT64 && number.toString() === text;
}

/**
 * The global id of an entry. It carries the entry's time: the events' vendor has no read by id, and many usage records at
 * once are found in few calls by it.
 */
export function encodeGlobalId({ source, id, timestampMs }: Position): string {
  return encodeId({ source, id, timestampMs });
}

function encodeId({ source, id, timestampMs }: GlobalId): string {
  const type = source === 'USAGE' ? 'UsageRecord' : 'Event';
  return Buffer.from(timestampMs === null ? `${type}:${id}` : `${type}:${timestampMs}:${id}`).toString(
    'base64url',
  );
}

/**
 * What a global id stands for; null for every text that `encodeGlobalId` does not give, but for a usage record's without a
 * time, as they once were.
 */
export function decodeGlobalId(text: string): GlobalId | null {
  const plain = Buffer.from(text, 'base64url').toString('utf8');
  const colon = plain.indexOf(':');
  const rest = plain.slice(colon + 1);
  const found = plain.slice(0, colon) === 'UsageRecord' ? decodeUsage(rest) : decodeEvent(plain, rest);
  // One text for each: padding and other letters of base64 make no second id.
  return found && encodeId(found) === text ? found : null;
}

function decodeUsage(rest: string): GlobalId | null {
  if (isUsageRecordId(rest)) return { source: 'USAGE', id: rest, timestampMs: null };
  const [, time = '', id = ''] = TIMED_USAGE.exec(rest) ?? [];
  const timestampMs = decodeTime(time);
  return timestampMs === null ? null : { source: 'USAGE', id, timestampMs };
}

function decodeEvent(plain: string, rest: string): GlobalId | null {
  const [, time, id] = (plain.startsWith('Event:') && EVENT.exec(rest)) || [];
  if (time === undefined || id === undefined || !isEventId(id)) return null;
  const timestampMs = decodeTime(time);
  return timestampMs === null ? null : { source: 'EVENTS', id, timestampMs };
}

/** Milliseconds since the epoch, as they were written. */
function decodeTime(text: string): number | null {
  const timestampMs = Number(text);
  return Math.abs(timestampMs) <= MAX_DATE_MS && String(timestampMs) === text ? timestampMs : null;
}
