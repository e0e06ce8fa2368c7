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
  /** Without its port; null: the vendor gives no address, or several. */
  readonly ipAddress: string | null;
  /** The addresses if the vendor gives a list. */
  readonly addresses?: readonly string[];
}

/** The fields that are read only if needed. Id, timestamp, category and action are always read. */
export const OPTIONAL_EVENT_FIELDS = ['description', 'username', 'ipAddress'] as const;
export type OptionalEventField = (typeof OPTIONAL_EVENT_FIELDS)[number];
