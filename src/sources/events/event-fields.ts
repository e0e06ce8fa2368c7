/** The optional fields that a selection needs; id, timestamp, category and action always come. */
export const OPTIONAL_EVENT_FIELDS = ['description', 'username', 'ipAddress'] as const;
export type OptionalEventField = (typeof OPTIONAL_EVENT_FIELDS)[number];
