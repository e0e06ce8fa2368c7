import type { Range } from '../../base/range.ts';
import type { Page, PageRequest, TotalCount } from '../walk/page.ts';
import type { AuditEvent } from './event.ts';
import type { EventFacets, EventFacetsRequest } from './event-facets.ts';
import type { OptionalEventField } from './event-fields.ts';
import type { EventFilter } from './event-filter.ts';
import type { EventOrder } from './event-order.ts';

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
  /**
   * What there is to filter by, with counts, from one bounded scan. Never fails for a vendor's failure: coverage tells it.
   * @throws RequestError `BAD_USER_INPUT`
   */
  countEventFacets(request: EventFacetsRequest): Promise<EventFacets>;
}
