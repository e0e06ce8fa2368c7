import DataLoader from 'dataloader';
import { scopedKey } from '../../base/credential-scope.ts';
import { asError } from '../../base/errors.ts';
import type { Direction, Range } from '../../base/time.ts';
import { forScan } from '../../upstream/upstream.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { countMatches, countPage } from '../paging/count.ts';
import { coverNothing } from '../paging/coverage.ts';
import type { RowKey } from '../paging/find-rows.ts';
import { isHeldWhole } from '../paging/held-files.ts';
import { readPage } from '../paging/page.ts';
import type { Page, TotalCount } from '../paging/page.ts';
import { requireParsable } from '../paging/row-stream.ts';
import type { RowStream } from '../paging/row-stream.ts';
import { requireScope } from '../shared/scope.ts';
import type { EventsDeps } from './client.ts';
import { OPTIONAL_EVENT_FIELDS } from './event.ts';
import type { AuditEvent } from './event.ts';
import { readEventFacets } from './facets.ts';
import type { EventFacets, EventFacetsRequest } from './facets.ts';
import type { EventFilter } from './filter.ts';
import { findEvents } from './find.ts';
import { orderByTime, readOrderedPage } from './order.ts';
import type { EventPageRequest } from './order.ts';
import { createEventsPaging } from './paging.ts';
import { createEventsRowStream } from './row-stream.ts';

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

const OPERATION = '/events';

/** The Events API for one operation: its loaders live as long as the operation does. */
export function createEventsSource(deps: EventsDeps, context: CallContext): EventsSource {
  const { settings, nowMs } = deps;
  const knownCounts = new Map<string, TotalCount>();
  const keyOf = (kind: string, value: unknown): string =>
    scopedKey(requireScope(context, 'EVENTS', OPERATION), kind, JSON.stringify(value));

  const events = new DataLoader<RowKey, AuditEvent | null, string>(
    (keys) => {
      // A single event has no place to be marked stale in, and may have been deleted: no earlier answer stands in.
      const freshDeps = { ...deps, settings: { ...settings, staleIfErrorMs: 0 } };
      const fields = new Set(OPTIONAL_EVENT_FIELDS);
      return findEvents(keys, createEventsPaging(freshDeps, context, { filter: [], fields }));
    },
    // Its time is a part of an event's name: nothing says that the vendor gives an id once.
    { cacheKeyFn: ({ id, timestampMs }) => keyOf('event', [timestampMs, id]) },
  );
  const pages = new DataLoader<EventPageRequest, Page<AuditEvent>, string>(
    (requests) => Promise.all(requests.map((request) => readEventsPage(request).catch(asError))),
    { cacheKeyFn: (request) => keyOf('page', { ...request, fields: [...request.fields].sort() }) },
  );

  const facets = new DataLoader<EventFacetsRequest, EventFacets, string>(
    (requests) =>
      Promise.all(requests.map((request) => readEventFacets(deps, context, request).catch(asError))),
    { cacheKeyFn: (request) => keyOf('facets', { ...request, facets: [...request.facets].sort() }) },
  );

  async function readEventsPage(request: EventPageRequest): Promise<Page<AuditEvent>> {
    const { filter, range } = request;
    const ordering = request.orderBy.some(({ field }) => field === 'USERNAME') ? (['username'] as const) : [];
    const byTime = orderByTime(request.orderBy);
    // An order of our own is made over the whole range: a scan, whatever the filter.
    const granted = byTime ? context : forScan(context);
    const found = createEventsRowStream(deps, granted, filter, [...request.fields, ...ordering]);
    if (!found) return { rows: [], hasMore: false, end: null, coverage: [coverNothing('EVENTS', range)] };
    const stream = requireParsable(found);
    const page = byTime
      ? await readTimeOrderedPage(request, stream, byTime)
      : await readOrderedPage(request, stream, settings.maxScannedRows, nowMs);
    const isWhole =
      request.after === null &&
      !page.hasMore &&
      page.coverage.every(({ dropped }) => dropped === 0) &&
      isHeldWhole(range, stream.age.files);
    if (isWhole) knownCounts.set(keyOf('count', [range, filter]), countPage(page));
    return page;
  }

  return {
    async getEvent(id, timestampMs) {
      return events.load({ id, timestampMs });
    },
    async listEvents(request) {
      return pages.load(request);
    },
    async countEventFacets(request) {
      // Coverage tells that there is nobody to ask for; nothing is kept that a key would have to be made for.
      if (!context.credentials) return readEventFacets(deps, context, request);
      return facets.load(request);
    },
    async countEvents(range, filter) {
      const known = knownCounts.get(keyOf('count', [range, filter]));
      if (known) return known;
      const stream = createEventsRowStream(deps, forScan(context, 'count'), filter, []);
      return stream
        ? countMatches(range, stream, settings.maxScannedRows, nowMs)
        : { value: 0, accuracy: 'EXACT' };
    },
  };

  async function readTimeOrderedPage(
    request: EventPageRequest,
    stream: RowStream<AuditEvent>,
    order: Direction,
  ): Promise<Page<AuditEvent>> {
    const page = await readPage(request, stream, nowMs);
    return order === 'DESC' ? page : { ...page, rows: page.rows.toReversed() };
  }
}
