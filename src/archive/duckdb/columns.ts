import type { JS } from '@duckdb/node-api';
import type { EventDimension } from '../../sources/events/breakdown.ts';
import type { AuditEvent } from '../../sources/events/event.ts';
import type { UsageDimension } from '../../sources/usage/breakdown.ts';
import type { UsageRecord } from '../../sources/usage/record.ts';
import { readEvent } from '../stored-values.ts';
import { splitNumber } from './conditions.ts';
import type { DimensionSql, GroupsQuery } from './groups.ts';
import { addressNumber, decodeAddresses, namedAddresses } from '../../sources/shared/addresses.ts';

/** How the rows of one source are stored. Every value is kept as the domain has it, so that a row comes back as it went in. */
export interface Columns<Row> {
  readonly table: 'usage' | 'events';
  /** The SQL type of the vendor's id, whose order is the order of `compareIds`. */
  readonly idType: 'VARCHAR' | 'BIGINT';
  /** The columns besides id and time, with their SQL types. */
  readonly types: Readonly<Record<string, string>>;
  /** The columns of `types` that a row is made from again. */
  readonly selected: readonly string[];
  /** The values of a row under the names of the columns. */
  encode(row: Row): Readonly<Record<string, unknown>>;
  /** SQL of the values in each dimension that rows can be grouped by. */
  readonly dimensions: Readonly<Record<string, DimensionSql>>;
  readonly figures: GroupsQuery['figures'];
  /** @param values those of `id`, `at_ms`, `first_seen_ms` and then of `selected`, in this order */
  decode(values: readonly JS[]): Row;
}

const TEXT = 'VARCHAR';
/**
 * The halves of the number of the row's address (`addressNumber`), so that a block is a range; null: it has none, or several. The
 * database is slow at numbers of 128 bits.
 */
const ADDRESS_TYPES = { addressHigh: 'UBIGINT', addressLow: 'UBIGINT' } as const;
const DERIVED: readonly string[] = [...Object.keys(ADDRESS_TYPES), 'otherAddresses'];

type UsageColumn = Exclude<
  keyof UsageRecord,
  'source' | 'id' | 'timestampMs' | 'ipAddress' | 'addresses' | 'firstSeenMs'
>;

const USAGE_TYPES = {
  requestStatus: TEXT,
  requestStatusText: TEXT,
  elementKey: TEXT,
  elementName: TEXT,
  elementApi: TEXT,
  elementTags: 'VARCHAR[]',
  instanceName: TEXT,
  accountId: TEXT,
  companyId: TEXT,
  userId: TEXT,
  processTime: 'BIGINT',
  requestURI: TEXT,
  requestIP: TEXT,
  ...ADDRESS_TYPES,
  instanceTags: 'VARCHAR[]',
  requestId: TEXT,
  requestMethod: TEXT,
  responseStatus: 'INTEGER',
  instanceId: TEXT,
  vendorProcessTime: 'BIGINT',
  platformProcessTime: 'BIGINT',
  otherAddresses: 'VARCHAR[]',
  userName: TEXT,
  accountName: TEXT,
  companyName: TEXT,
  provisionName: TEXT,
  vendorResource: TEXT,
  elementResource: TEXT,
} as const satisfies Record<UsageColumn | keyof typeof ADDRESS_TYPES | 'otherAddresses', string>;
const USAGE_NAMES = Object.keys(USAGE_TYPES).filter((name) => !DERIVED.includes(name)) as UsageColumn[];

export const USAGE_COLUMNS: Columns<UsageRecord> = {
  table: 'usage',
  idType: 'VARCHAR',
  types: USAGE_TYPES,
  dimensions: {
    ELEMENT: { value: '"elementKey"' },
    STATUS: { value: 'coalesce("requestStatus", "requestStatusText")' },
    API: { value: '"elementApi"' },
    INSTANCE: { value: 'coalesce("instanceId", "instanceName")' },
    ACCOUNT: { value: '"accountId"' },
    USER: { value: '"userId"' },
    TAG: { list: 'list_distinct(list_concat("elementTags", "instanceTags"))' },
    METHOD: { value: '"requestMethod"' },
    RESPONSE_STATUS: { value: '"responseStatus"::VARCHAR' },
    IP_ADDRESS: { list: 'coalesce("otherAddresses", ["requestIP"])' },
  } satisfies Record<UsageDimension, DimensionSql>,
  figures: { status: '"requestStatus"', processTime: '"processTime"' },
  selected: USAGE_NAMES,
  encode: (row) => ({
    ...Object.fromEntries(USAGE_NAMES.map((name) => [name, row[name]])),
    ...encodeAddress(row.ipAddress),
    otherAddresses: row.ipAddress !== null && row.ipAddress === row.requestIP ? null : namedAddresses(row),
  }),
  decode([id, atMs, firstSeenMs, ...values]) {
    const fields = Object.fromEntries(USAGE_NAMES.map((name, at) => [name, readValue(values[at])]));
    // The types above are those of the record's fields.
    const stored = fields as unknown as Pick<UsageRecord, UsageColumn>;
    return {
      source: 'USAGE',
      id: String(id),
      timestampMs: Number(atMs),
      firstSeenMs: Number(firstSeenMs),
      ...stored,
      ...decodeAddresses(stored.requestIP),
    };
  },
};

const EVENT_TYPES = {
  category: TEXT,
  action: TEXT,
  description: TEXT,
  username: TEXT,
  ipAddress: TEXT,
  addresses: 'VARCHAR[]',
  ...ADDRESS_TYPES,
} as const;

export const EVENT_COLUMNS: Columns<AuditEvent> = {
  table: 'events',
  idType: 'BIGINT',
  types: EVENT_TYPES,
  dimensions: {
    CATEGORY: { value: 'category' },
    ACTION: { value: 'action' },
    USERNAME: { value: 'username' },
    IP_ADDRESS: {
      list: `case when "ipAddress" is not null then ["ipAddress"] else coalesce(addresses, []) end`,
    },
  } satisfies Record<EventDimension, DimensionSql>,
  figures: null,
  selected: Object.keys(EVENT_TYPES).filter((name) => !DERIVED.includes(name)),
  encode: ({ category, action, description, username, ipAddress, addresses = null }) => ({
    category,
    action,
    description,
    username,
    ipAddress,
    addresses,
    ...encodeAddress(ipAddress),
  }),
  decode: readEvent,
};

function encodeAddress(
  ipAddress: string | null,
): Readonly<Record<keyof typeof ADDRESS_TYPES, string | null>> {
  if (ipAddress === null) return { addressHigh: null, addressLow: null };
  const { high, low } = splitNumber(addressNumber(ipAddress));
  return { addressHigh: String(high), addressLow: String(low) };
}

function readValue(value: JS | undefined): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
