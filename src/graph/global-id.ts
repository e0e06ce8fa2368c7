import type { Position } from '../sources/walk/position.ts';

/** What a global id stands for. */
export type GlobalId =
  | { readonly source: 'USAGE'; readonly id: string }
  | { readonly source: 'EVENTS'; readonly id: string; readonly timestampMs: number };

const USAGE_ID = /^[A-Za-z0-9_-]{1,64}$/;
const EVENT = /^(-?\d{1,16}):(-?\d{1,19})$/;
const MAX_INT64 = 2n ** 63n;
// The furthest moments that a date can stand for.
const MAX_DATE_MS = 8.64e15;

/** Whether a text can be the id of a usage record; one that can't must never be put into a vendor's path. */
export function isUsageRecordId(text: string): boolean {
  return USAGE_ID.test(text);
}

/** The global id of an entry. An event's carries its time, since its vendor has no read by id. */
export function encodeGlobalId({ source, id, timestampMs }: Position): string {
  const text = source === 'USAGE' ? `UsageRecord:${id}` : `Event:${timestampMs}:${id}`;
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** What a global id stands for; null for every text that `encodeGlobalId` does not give. */
export function decodeGlobalId(text: string): GlobalId | null {
  const plain = Buffer.from(text, 'base64url').toString('utf8');
  const colon = plain.indexOf(':');
  const rest = plain.slice(colon + 1);
  const found = plain.slice(0, colon) === 'UsageRecord' ? decodeUsage(rest) : decodeEvent(plain, rest);
  // One entry has one global id, so that a client's cache holds it once.
  return found && encodeGlobalId({ timestampMs: 0, ...found }) === text ? found : null;
}

function decodeUsage(id: string): GlobalId | null {
  return isUsageRecordId(id) ? { source: 'USAGE', id } : null;
}

function decodeEvent(plain: string, rest: string): GlobalId | null {
  const [, time, id] = (plain.startsWith('Event:') && EVENT.exec(rest)) || [];
  if (time === undefined || id === undefined) return null;
  const number = BigInt(id);
  if (number < -MAX_INT64 || number >= MAX_INT64 || number.toString() !== id) return null;
  const timestampMs = Number(time);
  return Math.abs(timestampMs) <= MAX_DATE_MS && String(timestampMs) === time
    ? { source: 'EVENTS', id, timestampMs }
    : null;
}
