import type { SkippedRow } from '../paging/vendor-page.ts';
import { decodeAddresses } from '../shared/addresses.ts';
import { decodeTimestamp } from '../shared/timestamps.ts';
import { readId, readInt, readMilliseconds, readTags, readText } from '../shared/values.ts';

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
  readonly userName: string | null;
  readonly accountName: string | null;
  readonly companyName: string | null;
  readonly provisionName: string | null;
  readonly vendorResource: string | null;
  readonly elementResource: string | null;
  /** When the archive first saw it, in milliseconds since the epoch; left out: it has not, or there is none. */
  readonly firstSeenMs?: number;
}

/**
 * One row as the vendor writes it. Each field has two spellings: camelCase on the vendor's page of 2014, and snake_case since 2016
 * (`docs/vendors.md#usage-records`).
 */
interface VendorRow {
  readonly id?: unknown;
  readonly traffic_id?: unknown;
  readonly usageDate?: unknown;
  readonly traffic_date?: unknown;
  readonly requestStatus?: unknown;
  readonly request_status?: unknown;
  readonly elementKey?: unknown;
  readonly element_key?: unknown;
  readonly elementName?: unknown;
  readonly element_name?: unknown;
  readonly elementApi?: unknown;
  readonly element_api?: unknown;
  readonly elementTags?: unknown;
  readonly element_tag?: unknown;
  readonly instanceName?: unknown;
  readonly instance_name?: unknown;
  readonly accountId?: unknown;
  readonly account_id?: unknown;
  readonly companyId?: unknown;
  readonly company_id?: unknown;
  readonly userId?: unknown;
  readonly user_id?: unknown;
  readonly processTime?: unknown;
  readonly process_time?: unknown;
  readonly requestURI?: unknown;
  readonly request_uri?: unknown;
  readonly requestIP?: unknown;
  readonly request_ip?: unknown;
  readonly instanceTags?: unknown;
  readonly instance_tags?: unknown;
  readonly requestId?: unknown;
  readonly request_id?: unknown;
  readonly requestMethod?: unknown;
  readonly request_method?: unknown;
  readonly responseStatus?: unknown;
  readonly response_status?: unknown;
  readonly instanceId?: unknown;
  readonly instance_id?: unknown;
  readonly vendorProcessTime?: unknown;
  readonly vendor_process_time?: unknown;
  readonly platformProcessTime?: unknown;
  readonly platform_process_time?: unknown;
  readonly userName?: unknown;
  readonly user_name?: unknown;
  readonly accountName?: unknown;
  readonly account_name?: unknown;
  readonly companyName?: unknown;
  readonly company_name?: unknown;
  readonly provisionName?: unknown;
  readonly provision_name?: unknown;
  readonly vendorResource?: unknown;
  readonly vendor_resource?: unknown;
  readonly elementResource?: unknown;
  readonly element_resource?: unknown;
}

/** Only these characters are safe in a path and a cursor. Ids on the vendor's page are 24 hexadecimal digits. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text can be the id of a usage record. Any other text must never be put into a vendor's path, not even encoded. */
export function isUsageRecordId(value: string): boolean {
  return ID.test(value);
}

/**
 * Reads one row of the log in either spelling. It reads no other keys, so it never reads `headers`, which holds raw request
 * headers with credentials. It skips a row without an id or a parsable time, and a row with a value of another type or out of the
 * graph's range, because a record with a part missing would be wrong.
 */
export function decodeUsageRecord(row: unknown): UsageRecord | SkippedRow {
  if (typeof row !== 'object' || row === null) return { dropped: true, timestampMs: null };
  const fields: VendorRow = row;
  const timestampMs = decodeTimestamp(fields.usageDate ?? fields.traffic_date);
  const skipped: SkippedRow = { dropped: true, timestampMs };
  const id = readId(fields.id ?? fields.traffic_id) ?? '';
  if (timestampMs === null || !isUsageRecordId(id)) return skipped;

  const requestStatusText = readText(fields.requestStatus ?? fields.request_status);
  const elementKey = readText(fields.elementKey ?? fields.element_key);
  const elementName = readText(fields.elementName ?? fields.element_name);
  const elementApi = readText(fields.elementApi ?? fields.element_api);
  const elementTags = readTags(fields.elementTags ?? fields.element_tag);
  const instanceName = readText(fields.instanceName ?? fields.instance_name);
  const accountId = readId(fields.accountId ?? fields.account_id);
  const companyId = readId(fields.companyId ?? fields.company_id);
  const userId = readId(fields.userId ?? fields.user_id);
  const processTime = readMilliseconds(fields.processTime ?? fields.process_time);
  const requestURI = readText(fields.requestURI ?? fields.request_uri);
  const requestIP = readText(fields.requestIP ?? fields.request_ip);
  const instanceTags = readTags(fields.instanceTags ?? fields.instance_tags);
  const requestId = readId(fields.requestId ?? fields.request_id);
  const requestMethod = readText(fields.requestMethod ?? fields.request_method);
  const responseStatus = readInt(fields.responseStatus ?? fields.response_status);
  const instanceId = readId(fields.instanceId ?? fields.instance_id);
  const vendorProcessTime = readMilliseconds(fields.vendorProcessTime ?? fields.vendor_process_time);
  const platformProcessTime = readMilliseconds(fields.platformProcessTime ?? fields.platform_process_time);
  const userName = readText(fields.userName ?? fields.user_name);
  const accountName = readText(fields.accountName ?? fields.account_name);
  const companyName = readText(fields.companyName ?? fields.company_name);
  const provisionName = readText(fields.provisionName ?? fields.provision_name);
  const vendorResource = readText(fields.vendorResource ?? fields.vendor_resource);
  const elementResource = readText(fields.elementResource ?? fields.element_resource);
  if (
    requestStatusText === undefined ||
    elementKey === undefined ||
    elementName === undefined ||
    elementApi === undefined ||
    elementTags === undefined ||
    instanceName === undefined ||
    accountId === undefined ||
    companyId === undefined ||
    userId === undefined ||
    processTime === undefined ||
    requestURI === undefined ||
    requestIP === undefined ||
    instanceTags === undefined ||
    requestId === undefined ||
    requestMethod === undefined ||
    responseStatus === undefined ||
    instanceId === undefined ||
    vendorProcessTime === undefined ||
    platformProcessTime === undefined ||
    userName === undefined ||
    accountName === undefined ||
    companyName === undefined ||
    provisionName === undefined ||
    vendorResource === undefined ||
    elementResource === undefined
  )
    return skipped;
  const { ipAddress, addresses } = decodeAddresses(requestIP);
  const record: UsageRecord = {
    source: 'USAGE',
    id,
    timestampMs,
    requestStatus: readStatus(requestStatusText),
    requestStatusText,
    elementKey,
    elementName,
    elementApi,
    elementTags,
    instanceName,
    accountId,
    companyId,
    userId,
    processTime,
    requestURI,
    requestIP,
    instanceTags,
    requestId,
    requestMethod,
    responseStatus,
    instanceId,
    vendorProcessTime,
    platformProcessTime,
    userName,
    accountName,
    companyName,
    provisionName,
    vendorResource,
    elementResource,
    ipAddress,
  };
  return addresses ? { ...record, addresses } : record;
}

function readStatus(text: string | null): RequestStatus | null {
  const upper = text?.toUpperCase();
  return REQUEST_STATUSES.find((status) => status === upper) ?? null;
}
