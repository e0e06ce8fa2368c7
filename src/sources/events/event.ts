import { z } from 'zod';
import type { SkippedRow } from '../paging/vendor-page.ts';
import { decodeAddresses } from '../shared/addresses.ts';
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

const optional = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === '' ? null : value));

const eventRow = z.object({
  id: z
    .union([z.int(), z.bigint(), z.string().regex(/^-?\d{1,19}$/)])
    .transform((value) => BigInt(value))
    .refine((value) => BigInt.asIntN(64, value) === value)
    .transform(String),
  category: z.string().min(1),
  action: z.string().min(1),
  description: optional,
  username: optional,
  ipAddress: optional,
});

/** Reads one event. It skips a row without an id or a parsable time, and a row with a value of another type. */
export function decodeEvent(row: unknown): AuditEvent | SkippedRow {
  if (typeof row !== 'object' || row === null) return { dropped: true, timestampMs: null };
  const { id, timestamp } = row as { id?: unknown; timestamp?: unknown };
  const timestampMs = decodeTimestamp(timestamp);
  // A cheap test that catches most values that are no row.
  if (timestampMs === null || (id ?? '') === '') return { dropped: true, timestampMs };
  const parsed = eventRow.safeParse(row);
  if (!parsed.success) return { dropped: true, timestampMs };
  return Object.freeze({
    source: 'EVENTS' as const,
    timestampMs,
    ...parsed.data,
    ...decodeAddresses(parsed.data.ipAddress),
  });
}
