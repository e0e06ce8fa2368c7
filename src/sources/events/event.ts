/** One audit event of the Events API. */
export interface AuditEvent {
  readonly source: 'EVENTS';
  /** The vendor's int64 id in decimal digits: it may pass 2^53. */
  readonly id: string;
  readonly timestampMs: number;
  readonly category: string;
  readonly action: string;
  readonly description: string | null;
  readonly username: string | null;
  /** Where exactly one is said, without its port; else null. */
  readonly ipAddress: string | null;
  /** Those that the vendor names, where it gives a list. */
  readonly addresses?: readonly string[];
}

/** The optional fields that a selection needs; id, timestamp, category and action always come. */
export const OPTIONAL_EVENT_FIELDS = ['description', 'username', 'ipAddress'] as const;
export type OptionalEventField = (typeof OPTIONAL_EVENT_FIELDS)[number];
