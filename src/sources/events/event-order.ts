/** What events can be ordered by. */
export const EVENT_ORDER_FIELDS = ['TIMESTAMP', 'ID', 'CATEGORY', 'ACTION', 'USERNAME'] as const;
export type EventOrderField = (typeof EVENT_ORDER_FIELDS)[number];

export interface EventOrder {
  readonly field: EventOrderField;
  readonly direction: 'ASC' | 'DESC';
}
