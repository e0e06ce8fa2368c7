import type { JS } from '@duckdb/node-api';
import type { Source } from '../../base/source.ts';
import { decodeEvent } from '../../sources/events/event.ts';
import type { AuditEvent } from '../../sources/events/event.ts';
import type { SkippedRow } from '../../sources/paging/vendor-page.ts';
import { decodeUsageRecord } from '../../sources/usage/record.ts';
import type { UsageRecord } from '../../sources/usage/record.ts';
import { EVENT_COLUMNS, USAGE_COLUMNS } from '../duckdb/columns.ts';
import type { Columns } from '../duckdb/columns.ts';
import type { RowVersion } from '../history.ts';
import type { ArchiveStore, ArchiveTable } from '../store.ts';

/** The columns of a file of sealed rows, or of versions of them. */
export interface FileColumns<Value> {
  /** What the file has. A table of this name is filled before the file is written. */
  readonly content: 'rows' | 'versions';
  /** The name of the column of time. */
  readonly time: string;
  /** The columns by which the file is sorted, each descending. No two rows of a file are equal in all of them. */
  readonly order: readonly string[];
  /** By column: its SQL type. Times are whole milliseconds in UTC. */
  readonly types: Readonly<Record<string, string>>;
  /** The values of a row under the names of the columns; times in milliseconds since the epoch. */
  encode(value: Value): Readonly<Record<string, unknown>>;
  /**
   * @param values as `encode` gives them
   * @throws Error if this is no row of the source
   */
  decode(values: Readonly<Record<string, JS>>): Value;
}

/** A row that can be sealed, with the time at which the archive first saw it. */
export type SealedRow = UsageRecord | AuditEvent;

/**
 * The columns of a sealed day. They have the vendor's documented camelCase names, so that the file can be served as an export
 * (`docs/files.md`), and `firstSeenAt`. The vendor's own decoder reads a row back.
 */
export interface SealedColumns<Row extends SealedRow> extends FileColumns<Row> {
  readonly source: Row['source'];
  /** The folder of the source's files. */
  readonly folder: 'usage' | 'events';
  /** The table of these rows in an archive. */
  tableOf(store: ArchiveStore): SealableTable<Row>;
}

/** What sealing and restoring need of a table. No filter is used. */
export type SealableTable<Row extends SealedRow> = Pick<
  ArchiveTable<Row, Readonly<Record<string, never>>>,
  'loadReads' | 'commit' | 'list' | 'find' | 'listVersions' | 'writeVersions'
>;

const INSTANT = 'TIMESTAMP_MS';

// The record's `requestStatus` is derived from the vendor's text, which the archive keeps as `requestStatusText`.
const { requestStatus: _derived, requestStatusText, ...usageTypes } = typesOf(USAGE_COLUMNS);

const SEALED_USAGE: SealedColumns<UsageRecord> = {
  content: 'rows',
  source: 'USAGE',
  folder: 'usage',
  time: 'usageDate',
  order: ['usageDate', 'id'],
  types: {
    id: USAGE_COLUMNS.idType,
    usageDate: INSTANT,
    requestStatus: requestStatusText ?? 'VARCHAR',
    ...usageTypes,
    firstSeenAt: INSTANT,
  },
  encode: (row) => ({
    ...USAGE_COLUMNS.encode(row),
    id: row.id,
    usageDate: row.timestampMs,
    requestStatus: row.requestStatusText,
    firstSeenAt: row.firstSeenMs ?? null,
  }),
  decode: (values) => decodeRow(decodeUsageRecord, values, 'usageDate'),
  tableOf: ({ usage }) => usage,
};

const { addresses: _joined, ...eventTypes } = typesOf(EVENT_COLUMNS);

const SEALED_EVENTS: SealedColumns<AuditEvent> = {
  content: 'rows',
  source: 'EVENTS',
  folder: 'events',
  time: 'timestamp',
  order: ['timestamp', 'id'],
  types: { id: EVENT_COLUMNS.idType, timestamp: INSTANT, ...eventTypes, firstSeenAt: INSTANT },
  encode: (row) => ({
    ...EVENT_COLUMNS.encode(row),
    id: row.id,
    timestamp: row.timestampMs,
    ipAddress: row.ipAddress ?? joinAddresses(row.addresses),
    firstSeenAt: row.firstSeenMs ?? null,
  }),
  decode: (values) => decodeRow(decodeEvent, values, 'timestamp'),
  tableOf: ({ events }) => events,
};

/** By source. */
export const SEALED_COLUMNS = { USAGE: SEALED_USAGE, EVENTS: SEALED_EVENTS } as const satisfies Record<
  Source,
  unknown
>;

/** The columns of a day's versions of rows: those of the rows, and from when to when the archive knew a row so. */
export function versionColumns<Row extends SealedRow>(
  columns: SealedColumns<Row>,
): FileColumns<RowVersion<Row>> {
  return {
    content: 'versions',
    time: columns.time,
    order: [...columns.order, 'knownFrom'],
    types: { ...columns.types, knownFrom: INSTANT, knownTo: INSTANT },
    encode: ({ row, sinceMs, untilMs }) => ({ ...columns.encode(row), knownFrom: sinceMs, knownTo: untilMs }),
    decode: ({ knownFrom, knownTo = null, ...values }) => ({
      row: columns.decode(values),
      sinceMs: Number(knownFrom),
      untilMs: knownTo === null ? null : Number(knownTo),
    }),
  };
}

/** The types of the columns that a row is made from again, without those that the archive derives. */
function typesOf({ types, selected }: Pick<Columns<never>, 'types' | 'selected'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(types).flatMap(([name, type]) => (selected.includes(name) ? [[name, type]] : [])),
  );
}

/** A list that names one address is written twice, so that it is read as a list again. */
function joinAddresses([first, ...others]: readonly string[] = []): string | null {
  if (first === undefined) return null;
  return [first, ...(others.length === 0 ? [first] : others)].join(', ');
}

function decodeRow<Row extends SealedRow>(
  decode: (row: unknown) => Row | SkippedRow,
  { firstSeenAt, ...values }: Readonly<Record<string, JS>>,
  time: string,
): Row {
  const numbers = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'bigint' && name !== 'id' ? Number(value) : value,
  ]);
  const row = decode({
    ...Object.fromEntries(numbers),
    [time]: new Date(Number(values[time])).toISOString(),
  });
  if ('dropped' in row) throw new Error(`A sealed row is no row of this source: ${String(values['id'])}`);
  return firstSeenAt === null ? row : { ...row, firstSeenMs: Number(firstSeenAt) };
}
