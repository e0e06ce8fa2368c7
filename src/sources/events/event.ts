import type { SkippedRow } from '../paging/vendor-page.ts';
import { decodeAddresses } from '../shared/addresses.ts';
import { decodeTimestamp } from '../shared/timestamps.ts';
import { readText } from '../shared/values.ts';

/** One audit event of the Events API. */
export interface AuditEvent {
  readonly source: 'EVENTS';
  /** The vendor's int64 id in decimal digits: it may pass 2^53. */
  readonly id: string;
  readonly timestampMs: number;
  readonly category: string;
  readonly action: string;
  /** This field and the two after it are optional (`OPTIONAL_EVENT_FIELDS`): also null if they were not asked for. */
  readonly description: string | null;
  readonly username: string | null;
  /** Without its port; null: the vendor gives no address, or several. */
  readonly ipAddress: string | null;
  /** The addresses if the vendor gives a list. */
  readonly addresses?: readonly string[];
  /** When the archive first saw it, in milliseconds since the epoch; left out: it has not, or there is none. */
  readonly firstSeenMs?: number;
}

/** The fields that are read only if needed. Id, timestamp, category and action are always read. */
export const OPTIONAL_EVENT_FIELDS = ['description', 'username', 'ipAddress'] as const;
export type OptionalEventField = (typeof OPTIONAL_EVENT_FIELDS)[number];

/** Reads one event. It skips a row without an id or a parsable time, and a row with a value of another type. */
export function decodeEvent(row: unknown): AuditEvent | SkippedRow {
  if (typeof row !== 'object' || row === null) return { dropped: true, timestampMs: null };
  const fields = row as Readonly<Record<string, unknown>>;
  const timestampMs = decodeTimestamp(fields['timestamp']);
  const skipped: SkippedRow = { dropped: true, timestampMs };
  const id = readEventId(fields['id']);
  if (timestampMs === null || id === null) return skipped;
  const category = readText(fields['category']);
  const action = readText(fields['action']);
  const description = readText(fields['description']);
  const username = readText(fields['username']);
  const ipAddress = readText(fields['ipAddress']);
  const isWhole = description !== undefined && username !== undefined && ipAddress !== undefined;
  if (!category || !action || !isWhole) return skipped;
  return {
    source: 'EVENTS',
    id,
    timestampMs,
    category,
    action,
    description,
    username,
    ...decodeAddresses(ipAddress),
  };
}

const INT64_DIGITS = /^-?\d{1,19}$/;

/** The digits of an int64 in their one canonical form; null for every other value. */
function readEventId(value: unknown): string | null {
  const isInteger = Number.isSafeInteger(value) || typeof value === 'bigint';
  if (!isInteger && !(typeof value === 'string' && INT64_DIGITS.test(value))) return null;
  const id = BigInt(value as number | bigint | string);
  return BigInt.asIntN(64, id) === id ? String(id) : null;
}
