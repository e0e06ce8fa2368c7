import type { AuditEvent } from '../events/event.ts';
import type { UsageRecord } from '../usage/record.ts';

/** An entry of either source. */
export type Activity = UsageRecord | AuditEvent;
