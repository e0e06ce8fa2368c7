import { EVENT_VALUES } from '../../sources/events/breakdown.ts';
import type { EventDimension } from '../../sources/events/breakdown.ts';
import type { AuditEvent } from '../../sources/events/event.ts';
import { canonicalAddress, decodeAddresses, namedAddresses } from '../../sources/shared/addresses.ts';
import { USAGE_VALUES } from '../../sources/usage/breakdown.ts';
import type { UsageDimension } from '../../sources/usage/breakdown.ts';
import type { UsageRecord } from '../../sources/usage/record.ts';
import { readEvent, wellFormed } from '../stored-values.ts';
import { ADDRESS_COLUMN } from './conditions.ts';
import type { Dimension, GroupsQuery } from './groups.ts';

/** How the rows of one source are stored. Every value is kept as the domain has it, so that a row comes back as it went in. */
export interface Columns<Row> {
  readonly table: 'usage' | 'events';
  /** The SQL type of the vendor's id, whose order is the order of `compareIds`. */
  readonly idType: 'String' | 'Int64';
  /** The columns besides id and time, with their SQL types. */
  readonly types: Readonly<Record<string, string>>;
  /** The values of a row in the order of `types`. Texts are well-formed Unicode, because JSON can't carry half a surrogate pair. */
  encode(row: Row): readonly StoredValue[];
  readonly dimensions: Readonly<Record<string, Dimension<Row>>>;
  readonly figures: GroupsQuery<Row>['figures'];
  /** @param values those of `id`, `at_ms`, `first_seen_ms` and then of `types`, in this order; int64 as decimal text */
  decode(values: readonly unknown[]): Row;
}

export type StoredValue = string | number | null | readonly string[];

/**
 * What makes one version of a row differ from another, as text. Which addresses are searched follows from the other values.
 * @param values those of `types`, from a row or from the database
 */
export function describeContent(
  { types }: Pick<Columns<never>, 'types'>,
  atMs: number,
  values: readonly unknown[],
): string {
  const compared = Object.entries(types).flatMap(([name, type], at) =>
    name === ADDRESS_COLUMN ? [] : [type === NUMBER ? readNumber(values[at]) : values[at]],
  );
  return JSON.stringify([atMs, ...compared]);
}

const TEXT = 'Nullable(String)';
const FEW = 'LowCardinality(Nullable(String))';
const NUMBER = 'Nullable(Int64)';
const TEXTS = 'Array(String)';

type UsageColumn = Exclude<
  keyof UsageRecord,
  'source' | 'id' | 'timestampMs' | 'ipAddress' | 'addresses' | 'firstSeenMs'
>;

const USAGE_TYPES = {
  requestStatus: FEW,
  requestStatusText: FEW,
  elementKey: FEW,
  elementName: FEW,
  elementApi: FEW,
  elementTags: TEXTS,
  instanceName: FEW,
  accountId: FEW,
  companyId: FEW,
  userId: FEW,
  processTime: NUMBER,
  requestURI: TEXT,
  requestIP: TEXT,
  instanceTags: TEXTS,
  requestId: TEXT,
  requestMethod: FEW,
  responseStatus: 'Nullable(Int32)',
  instanceId: FEW,
  vendorProcessTime: NUMBER,
  platformProcessTime: NUMBER,
  userName: FEW,
  accountName: FEW,
  companyName: FEW,
  provisionName: FEW,
  vendorResource: TEXT,
  elementResource: TEXT,
} as const satisfies Record<UsageColumn, string>;
const USAGE_NAMES = Object.keys(USAGE_TYPES) as UsageColumn[];

export const USAGE_COLUMNS: Columns<UsageRecord> = {
  table: 'usage',
  idType: 'String',
  types: { ...USAGE_TYPES, [ADDRESS_COLUMN]: 'Array(IPv6)' },
  dimensions: {
    ELEMENT: { sql: '"elementKey"', valuesOf: USAGE_VALUES.ELEMENT },
    STATUS: { sql: 'coalesce("requestStatus", "requestStatusText")', valuesOf: USAGE_VALUES.STATUS },
    API: { sql: '"elementApi"', valuesOf: USAGE_VALUES.API },
    INSTANCE: { sql: 'coalesce("instanceId", "instanceName")', valuesOf: USAGE_VALUES.INSTANCE },
    ACCOUNT: { sql: '"accountId"', valuesOf: USAGE_VALUES.ACCOUNT },
    USER: { sql: '"userId"', valuesOf: USAGE_VALUES.USER },
    TAG: { sql: eachOf('arrayConcat("elementTags", "instanceTags")'), valuesOf: USAGE_VALUES.TAG },
    METHOD: { sql: '"requestMethod"', valuesOf: USAGE_VALUES.METHOD },
    RESPONSE_STATUS: { sql: 'toString("responseStatus")', valuesOf: USAGE_VALUES.RESPONSE_STATUS },
    IP_ADDRESS: { sql: '"requestIP"', read: readAddresses, valuesOf: USAGE_VALUES.IP_ADDRESS },
  } satisfies Record<UsageDimension, Dimension<UsageRecord>>,
  figures: { status: ({ requestStatus }) => requestStatus, processTime: ({ processTime }) => processTime },
  encode: (row) => [...USAGE_NAMES.map((name) => wellFormed(row[name])), searchedAddresses(row)],
  decode([id, atMs, firstSeenMs, ...values]) {
    const fields = Object.fromEntries(
      USAGE_NAMES.map((name, at) => [
        name,
        USAGE_TYPES[name] === NUMBER ? readNumber(values[at]) : values[at],
      ]),
    );
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

export const EVENT_COLUMNS: Columns<AuditEvent> = {
  table: 'events',
  idType: 'Int64',
  types: {
    category: 'LowCardinality(String)',
    action: 'LowCardinality(String)',
    description: TEXT,
    username: TEXT,
    ipAddress: TEXT,
    addresses: TEXTS,
    [ADDRESS_COLUMN]: 'Array(IPv6)',
  },
  dimensions: {
    CATEGORY: { sql: 'category', valuesOf: EVENT_VALUES.CATEGORY },
    ACTION: { sql: 'action', valuesOf: EVENT_VALUES.ACTION },
    USERNAME: { sql: 'username', valuesOf: EVENT_VALUES.USERNAME },
    IP_ADDRESS: {
      sql: `coalesce("ipAddress", nullIf(arrayStringConcat(addresses, ' '), ''))`,
      read: readAddresses,
      valuesOf: EVENT_VALUES.IP_ADDRESS,
    },
  } satisfies Record<EventDimension, Dimension<AuditEvent>>,
  figures: null,
  encode: (row) => [
    wellFormed(row.category),
    wellFormed(row.action),
    wellFormed(row.description),
    wellFormed(row.username),
    row.ipAddress,
    row.addresses ?? [],
    searchedAddresses(row),
  ],
  decode: readEvent,
};

/** SQL of each distinct value of a list, or of null for an empty one. */
function eachOf(list: string): string {
  return `arrayJoin(if(empty(${list}), [null], arrayDistinct(${list})))`;
}

function readAddresses(text: string): readonly string[] {
  return namedAddresses(decodeAddresses(text));
}

function searchedAddresses(row: Parameters<typeof namedAddresses>[0]): readonly string[] {
  return namedAddresses(row).map((address) => {
    const canonical = canonicalAddress(address);
    return canonical.includes(':') ? canonical : `::ffff:${canonical}`;
  });
}

function readNumber(value: unknown): number | null {
  return value === null ? null : Number(value);
}
