import type { SkippedRow } from '../paging/vendor-page.ts';
import { decodeAddresses } from '../shared/addresses.ts';
import { FieldReader } from '../shared/field-reader.ts';
import { decodeTimestamp } from '../shared/timestamps.ts';

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
}

/** The fields that are read only if needed. Id, timestamp, category and action are always read. */
export const OPTIONAL_EVENT_FIELDS = ['description', 'username', 'ipAddress'] as const;
export type OptionalEventField = (typeof OPTIONAL_EVENT_FIELDS)[number];

/** Reads one event. It skips a row without an id or a parsable time, and a row with a value of another type. */
export function decodeEvent(row: unknown): AuditEvent | SkippedRow {
  if (typeof row !== 'object' || row === null) return { dropped: true, timestampMs: null };
  const fields = row as Readonly<Record<string, unknown>>;
  const timestampMs = decodeTimestamp(fields['timestamp']);
  const id = timestampMs === null ? null : decodeId(fields['id']);
  if (timestampMs === null || id === null) return { dropped: true, timestampMs };
  const read = new FieldReader();
  const category = read.text(fields['category']);
  const action = read.text(fields['action']);
  const { ipAddress, addresses } = decodeAddresses(read.text(fields['ipAddress']));
  const description = read.text(fields['description']);
  const username = read.text(fields['username']);
  if (read.hasFailed || category === null || action === null) return { dropped: true, timestampMs };
  return Object.freeze({
    source: 'EVENTS',
    id,
    timestampMs,
    category,
    action,
    description,
    username,
    ipAddress,
    ...(addresses && { addresses }),
  });
}

const INT64 = /^-?\d{1,19}$/;

/** The decimal digits of an int64; null: it is none. */
function decodeId(value: unknown): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'bigint' && !(typeof value === 'string' && INT64.test(value))) return null;
  const id = BigInt(value);
  return BigInt.asIntN(64, id) === id ? String(id) : null;
}
