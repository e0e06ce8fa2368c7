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
  const fields = row as Readonly<Record<string, unknown>>;
  const valueOf = ([old, recent]: readonly [string, string]): unknown => fields[old] ?? fields[recent];
  const timestampMs = decodeTimestamp(valueOf(SPELLINGS.usageDate));
  const skipped: SkippedRow = { dropped: true, timestampMs };
  const id = readId(valueOf(SPELLINGS.id)) ?? '';
  if (timestampMs === null || !isUsageRecordId(id)) return skipped;

  const requestStatusText = readText(valueOf(SPELLINGS.requestStatus));
  const elementKey = readText(valueOf(SPELLINGS.elementKey));
  const elementName = readText(valueOf(SPELLINGS.elementName));
  const elementApi = readText(valueOf(SPELLINGS.elementApi));
  const elementTags = readTags(valueOf(SPELLINGS.elementTags));
  const instanceName = readText(valueOf(SPELLINGS.instanceName));
  const accountId = readId(valueOf(SPELLINGS.accountId));
  const companyId = readId(valueOf(SPELLINGS.companyId));
  const userId = readId(valueOf(SPELLINGS.userId));
  const processTime = readMilliseconds(valueOf(SPELLINGS.processTime));
  const requestURI = readText(valueOf(SPELLINGS.requestURI));
  const requestIP = readText(valueOf(SPELLINGS.requestIP));
  const instanceTags = readTags(valueOf(SPELLINGS.instanceTags));
  const requestId = readId(valueOf(SPELLINGS.requestId));
  const requestMethod = readText(valueOf(SPELLINGS.requestMethod));
  const responseStatus = readInt(valueOf(SPELLINGS.responseStatus));
  const instanceId = readId(valueOf(SPELLINGS.instanceId));
  const vendorProcessTime = readMilliseconds(valueOf(SPELLINGS.vendorProcessTime));
  const platformProcessTime = readMilliseconds(valueOf(SPELLINGS.platformProcessTime));
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
    platformProcessTime === undefined
  )
    return skipped;
  return {
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
    ...decodeAddresses(requestIP),
  };
}

function readStatus(text: string | null): RequestStatus | null {
  const upper = text?.toUpperCase();
  return REQUEST_STATUSES.find((status) => status === upper) ?? null;
}
