import type { FragmentType } from '../generated/fragment-masking.ts';
import type { CALL_ROW, EVENT_ROW } from './row-fields.ts';

interface Common {
  readonly id: string;
  readonly timestamp: string;
}

export type CallEntry = Common & { readonly kind: 'UsageRecord' } & FragmentType<typeof CALL_ROW>;
export type EventEntry = Common & { readonly kind: 'Event' } & FragmentType<typeof EVENT_ROW>;

/** A row of either source, as lists and streams give it. */
export type Entry = CallEntry | EventEntry;
