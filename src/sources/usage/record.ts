import { z } from 'zod';
import type { SkippedRow } from '../paging/vendor-page.ts';
import { decodeAddresses } from '../shared/addresses.ts';
import { decodeTimestamp } from '../shared/timestamps.ts';

export const REQUEST_STATUSES = ['SUCCESS', 'FAILED'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** One call in the Usage API's log, the same for both of the vendor's spellings (`docs/vendors.md#usage-records`). */
export interface UsageRecord {
  readonly source: 'USAGE';
  /** The vendor's id. */
  readonly id: string;
  readonly timestampMs: number;
  /** null: the vendor's page does not name this status, or there is none. */
  readonly requestStatus: RequestStatus | null;
  /** The status as the vendor wrote it. */
  readonly requestStatusText: string | null;
  readonly elementKey: string | null;
  readonly elementName: string | null;
  readonly elementApi: string | null;
  readonly elementTags: readonly string[];
  readonly instanceName: string | null;
  readonly accountId: string | null;
  readonly companyId: string | null;
  readonly userId: string | null;
  /** Milliseconds. */
  readonly processTime: number | null;
  readonly requestURI: string | null;
  /** As the vendor wrote it. */
  readonly requestIP: string | null;
  /** `requestIP` without its port; null: it is not one address. */
  readonly ipAddress: string | null;
  /** The addresses in `requestIP` if it is a list. */
  readonly addresses?: readonly string[];
  readonly instanceTags: readonly string[];
  readonly requestId: string | null;
  readonly requestMethod: string | null;
  readonly responseStatus: number | null;
  readonly instanceId: string | null;
  /** Milliseconds. */
  readonly vendorProcessTime: number | null;
  /** Milliseconds. */
  readonly platformProcessTime: number | null;
}

/** For each field its two spellings: camelCase on the vendor's page of 2014, and snake_case since 2016 (`docs/vendors.md#usage-records`). */
const SPELLINGS = {
  id: ['id', 'traffic_id'],
  usageDate: ['usageDate', 'traffic_date'],
  requestStatus: ['requestStatus', 'request_status'],
  elementKey: ['elementKey', 'element_key'],
  elementName: ['elementName', 'element_name'],
  elementApi: ['elementApi', 'element_api'],
  elementTags: ['elementTags', 'element_tag'],
  instanceName: ['instanceName', 'instance_name'],
  accountId: ['accountId', 'account_id'],
  companyId: ['companyId', 'company_id'],
  userId: ['userId', 'user_id'],
  processTime: ['processTime', 'process_time'],
  requestURI: ['requestURI', 'request_uri'],
  requestIP: ['requestIP', 'request_ip'],
  instanceTags: ['instanceTags', 'instance_tags'],
  requestId: ['requestId', 'request_id'],
  requestMethod: ['requestMethod', 'request_method'],
  responseStatus: ['responseStatus', 'response_status'],
  instanceId: ['instanceId', 'instance_id'],
  vendorProcessTime: ['vendorProcessTime', 'vendor_process_time'],
  platformProcessTime: ['platformProcessTime', 'platform_process_time'],
} as const;
const NAMES = Object.keys(SPELLINGS) as (keyof typeof SPELLINGS)[];

const text = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === '' ? null : value));
/** Account, company and user ids may be numbers; the ids of records are texts. */
const id = z
  .union([z.string(), z.int(), z.bigint()])
  .nullish()
  .transform((value) => (value === null || value === undefined || value === '' ? null : String(value)));
/** In the range of the graph's Int. */
const int = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .refine((value) => value === (value | 0))
  .nullish()
  .transform((value) => value ?? null);
const milliseconds = z
  .number()
  .min(0)
  .transform(Math.round)
  .refine(Number.isSafeInteger)
  .nullish()
  .transform((value) => value ?? null);
/** One text with commas, or a list. */
const tags = z
  .union([z.string().transform((value) => value.split(',')), z.array(z.string())])
  .nullish()
  .transform((value): readonly string[] =>
    (value ?? []).map((tag) => tag.trim()).filter((tag) => tag !== ''),
  );

/** Only these characters are safe in a path and a cursor. Ids on the vendor's page are 24 hexadecimal digits. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text can be the id of a usage record. Any other text must never be put into a vendor's path, not even encoded. */
export function isUsageRecordId(value: string): boolean {
  return ID.test(value);
}

const usageRow = z.object({
  id: z.union([z.string(), z.int(), z.bigint()]).transform(String).refine(isUsageRecordId),
  usageDate: z.string(),
  requestStatus: text,
  elementKey: text,
  elementName: text,
  elementApi: text,
  elementTags: tags,
  instanceName: text,
  accountId: id,
  companyId: id,
  userId: id,
  processTime: milliseconds,
  requestURI: text,
  requestIP: text,
  instanceTags: tags,
  requestId: id,
  requestMethod: text,
  responseStatus: int,
  instanceId: id,
  vendorProcessTime: milliseconds,
  platformProcessTime: milliseconds,
});

/**
 * Reads one row of the log in either spelling. It reads no other keys, so it never reads `headers`, which holds raw request
 * headers with credentials. It skips a row without an id or a parsable time, and a row with a value of another type or out of the
 * graph's range, because a record with a part missing would be wrong.
 */
export function decodeUsageRecord(row: unknown): UsageRecord | SkippedRow {
  if (typeof row !== 'object' || row === null) return { dropped: true, timestampMs: null };
  const fields = row as Readonly<Record<string, unknown>>;
  const read = (name: keyof typeof SPELLINGS): unknown =>
    fields[SPELLINGS[name][0]] ?? fields[SPELLINGS[name][1]];
  const timestampMs = decodeTimestamp(read('usageDate'));
  // A cheap test that catches most values that are no row.
  if (timestampMs === null || (read('id') ?? '') === '') return { dropped: true, timestampMs };
  const parsed = usageRow.safeParse(Object.fromEntries(NAMES.map((name) => [name, read(name)])));
  if (!parsed.success) return { dropped: true, timestampMs };
  const { usageDate: _, requestStatus, ...others } = parsed.data;
  return Object.freeze({
    source: 'USAGE' as const,
    timestampMs,
    ...others,
    requestStatus: REQUEST_STATUSES.find((status) => status === requestStatus?.toUpperCase()) ?? null,
    requestStatusText: requestStatus,
    ...decodeAddresses(others.requestIP),
  });
}
