import { LRUCache } from 'lru-cache';
import type { Position } from '../sources/paging/position.ts';
import { isUsageRecordId } from '../sources/usage/record.ts';

/** The entry that a global id names. */
export type GlobalId =
  /** The time to look at first, only a hint. null: an older id, from before ids had a time. */
  | { readonly source: 'USAGE'; readonly id: string; readonly timestampMs: number | null }
  | { readonly source: 'EVENTS'; readonly id: string; readonly timestampMs: number };

/**
 * The global id of an entry. It holds the entry's time, because the events vendor cannot read by id, and because a list of
 * usage records by time finds many of them in one call.
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

const TIMED_USAGE = /^(-?\d{1,16}):([A-Za-z0-9_-]{1,64})$/;
const EVENT = /^(-?\d{1,16}):(-?\d{1,19})$/;

/**
 * The entry that a global id names. null for every text that `encodeGlobalId` does not return, except older ids of usage
 * records, which have no time.
 */
export function decodeGlobalId(text: string): GlobalId | null {
  const known = decoded.get(text);
  if (known) return known;
  const found = readGlobalId(text);
  if (found) decoded.set(text, found);
  return found;
}

/** An operation's ids are decoded when it is estimated and when it runs. */
const decoded = new LRUCache<string, GlobalId>({ max: 1_000 });

function readGlobalId(text: string): GlobalId | null {
  const plain = Buffer.from(text, 'base64url').toString('utf8');
  const colon = plain.indexOf(':');
  const rest = plain.slice(colon + 1);
  const found = plain.slice(0, colon) === 'UsageRecord' ? decodeUsage(rest) : decodeEvent(plain, rest);
  // An entry has exactly one id: padding or the other base64 alphabet does not make a second one.
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

/** The latest time of a JavaScript date; its negative is the earliest. */
const MAX_DATE_MS = 8.64e15;

/** Milliseconds since the epoch; null unless `text` is their canonical spelling. */
function decodeTime(text: string): number | null {
  const timestampMs = Number(text);
  return Math.abs(timestampMs) <= MAX_DATE_MS && String(timestampMs) === text ? timestampMs : null;
}

const MAX_INT64 = 2n ** 63n;

/** Whether a text can be the id of an event: an int64 in its one canonical spelling. */
export function isEventId(text: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  const number = BigInt(text);
  return number >= -MAX_INT64 && number < MAX_INT64 && number.toString() === text;
}
