import type { SkippedRow } from '../paging/vendor-page.ts';
import { decodeAddresses } from '../shared/addresses.ts';
import { FieldReader } from '../shared/field-reader.ts';
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

/** Only these characters are safe in a path and a cursor. Ids on the vendor's page are 24 hexadecimal digits. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text can be the id of a usage record. Any other text must never be put into a vendor's path, not even encoded. */
export function isUsageRecordId(value: string): boolean {
  return ID.test(value);
}

/**
 * Reads one row of the log in either spelling: camelCase on the vendor's page of 2014, and snake_case since 2016
 * (`docs/vendors.md#usage-records`). It reads no other keys, so it never reads `headers`, which holds raw request headers with
 * credentials. It skips a row without an id or a parsable time, and a row with a value of another type or out of the graph's range,
 * because a record with a part missing would be wrong.
 */
export function decodeUsageRecord(row: unknown): UsageRecord | SkippedRow {
  if (typeof row !== 'object' || row === null) return { dropped: true, timestampMs: null };
  const fields = row as Readonly<Record<string, unknown>>;
  const timestampMs = decodeTimestamp(fields['usageDate'] ?? fields['traffic_date']);
  const read = new FieldReader();
  const id = timestampMs === null ? null : read.id(fields['id'] ?? fields['traffic_id']);
  if (timestampMs === null || id === null || !isUsageRecordId(id)) return { dropped: true, timestampMs };
  const requestStatusText = read.text(fields['requestStatus'] ?? fields['request_status']);
  const requestIP = read.text(fields['requestIP'] ?? fields['request_ip']);
  const { ipAddress, addresses } = decodeAddresses(requestIP);
  const record: UsageRecord = {
    source: 'USAGE',
    id,
    timestampMs,
    requestStatus: requestStatusOf(requestStatusText),
    requestStatusText,
    elementKey: read.text(fields['elementKey'] ?? fields['element_key']),
    elementName: read.text(fields['elementName'] ?? fields['element_name']),
    elementApi: read.text(fields['elementApi'] ?? fields['element_api']),
    elementTags: read.tags(fields['elementTags'] ?? fields['element_tag']),
    instanceName: read.text(fields['instanceName'] ?? fields['instance_name']),
    accountId: read.id(fields['accountId'] ?? fields['account_id']),
    companyId: read.id(fields['companyId'] ?? fields['company_id']),
    userId: read.id(fields['userId'] ?? fields['user_id']),
    processTime: read.milliseconds(fields['processTime'] ?? fields['process_time']),
    requestURI: read.text(fields['requestURI'] ?? fields['request_uri']),
    requestIP,
    ipAddress,
    instanceTags: read.tags(fields['instanceTags'] ?? fields['instance_tags']),
    requestId: read.id(fields['requestId'] ?? fields['request_id']),
    requestMethod: read.text(fields['requestMethod'] ?? fields['request_method']),
    responseStatus: read.int(fields['responseStatus'] ?? fields['response_status']),
    instanceId: read.id(fields['instanceId'] ?? fields['instance_id']),
    vendorProcessTime: read.milliseconds(fields['vendorProcessTime'] ?? fields['vendor_process_time']),
    platformProcessTime: read.milliseconds(fields['platformProcessTime'] ?? fields['platform_process_time']),
  };
  if (read.hasFailed) return { dropped: true, timestampMs };
  return Object.freeze(addresses ? { ...record, addresses } : record);
}

function requestStatusOf(text: string | null): RequestStatus | null {
  const upper = text?.toUpperCase();
  return REQUEST_STATUSES.find((status) => status === upper) ?? null;
}
