import type { Range } from '../../base/range.ts';
import type { Page, PageRequest, TotalCount } from '../walk/page.ts';
import type { AuditEvent } from './event.ts';
import type { EventFacets } from './event-facets.ts';
import type { EventFacetsRequest } from './read-event-facets.ts';

/** A test of one text; exactly one part. An empty `in` matches nothing. */
export type StringFilter =
  | { readonly eq: string }
  | { readonly in: readonly string[] }
  | { readonly startsWith: string }
  | { readonly contains: string }
  | { readonly isNull: boolean };

/** What events can be filtered by, combined with AND; parts left out do not filter. Case-sensitive but `searchText`. */
export interface EventFilter {
  readonly category?: StringFilter;
  readonly action?: StringFilter;
  readonly username?: StringFilter;
  /** An address or a CIDR block. */
  readonly ipAddress?: string;
  /** In the description, any case. */
  readonly searchText?: string;
  readonly not?: EventFilter;
}

export const EVENT_ORDER_FIELDS = ['TIMESTAMP', 'ID', 'CATEGORY', 'ACTION', 'USERNAME'] as const;
export type EventOrderField = (typeof EVENT_ORDER_FIELDS)[number];

export interface EventOrder {
  readonly field: EventOrderField;
  readonly direction: 'ASC' | 'DESC';
}

/** The optional fields that a selection needs; id, timestamp, category and action always come. */
export const OPTIONAL_EVENT_FIELDS = ['description', 'username', 'ipAddress'] as const;
export type OptionalEventField = (typeof OPTIONAL_EVENT_FIELDS)[number];

export interface EventPageRequest extends PageRequest<EventFilter> {
  /** Empty: newest first. */
  readonly orderBy: readonly EventOrder[];
  readonly fields: ReadonlySet<OptionalEventField>;
}

/** The Events API as one operation sees it: equal questions are asked once. */
export interface EventsSource {
  /**
   * One event by its id and the time that its global id carries: a window of ±1 s of `GET /events`, many windows in few
   * calls. null: there is none. @throws UpstreamError
   */
  getEvent(id: string, timestampMs: number): Promise<AuditEvent | null>;
  /** `GET /events`. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
  listEvents(request: EventPageRequest): Promise<Page<AuditEvent>>;
  /** How many there are in a range; null where no honest figure exists. @throws UpstreamError */
  countEvents(range: Range, filter: EventFilter): Promise<TotalCount | null>;
  /** What there is to filter by, with counts, from one bounded scan. @throws UpstreamError, RequestError */
  countEventFacets(request: EventFacetsRequest): Promise<EventFacets>;
}
