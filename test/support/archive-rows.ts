import type { AuditEvent } from '../../src/sources/events/event.ts';
import { decodeAddresses } from '../../src/sources/shared/addresses.ts';
import type { UsageRecord } from '../../src/sources/usage/record.ts';

type Made<Row extends { id: string; timestampMs: number }> = Pick<Row, 'id' | 'timestampMs'> & Partial<Row>;

/** A usage record with these fields; the others are null. */
export function makeUsageRecord(fields: Made<UsageRecord>): UsageRecord {
  return {
    source: 'USAGE',
    requestStatus: null,
    requestStatusText: fields.requestStatus ?? null,
    elementKey: null,
    elementName: null,
    elementApi: null,
    elementTags: [],
    instanceName: null,
    accountId: null,
    companyId: null,
    userId: null,
    processTime: null,
    requestURI: null,
    requestIP: null,
    instanceTags: [],
    requestId: null,
    requestMethod: null,
    responseStatus: null,
    instanceId: null,
    vendorProcessTime: null,
    platformProcessTime: null,
    userName: null,
    accountName: null,
    companyName: null,
    provisionName: null,
    vendorResource: null,
    elementResource: null,
    ...fields,
    ...decodeAddresses(fields.requestIP),
  };
}

/** An event with these fields; the optional ones are null. */
export function makeEvent(fields: Made<AuditEvent>): AuditEvent {
  return {
    source: 'EVENTS',
    category: 'authentication',
    action: 'user-login-success',
    description: null,
    username: null,
    ipAddress: null,
    ...fields,
  };
}
