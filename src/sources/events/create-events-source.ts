import DataLoader from 'dataloader';
import { scopedKey } from '../../base/credential-scope.ts';
import { grantScan } from '../../upstream/grant-scan.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { asError } from '../walk/as-error.ts';
import { coverNothing } from '../walk/cover-nothing.ts';
import { countMatches, countPage } from '../walk/count-matches.ts';
import type { RowKey } from '../walk/find-rows.ts';
import { isHeldWhole } from '../walk/held-files.ts';
import type { Page, TotalCount } from '../walk/page.ts';
import { readPage } from '../walk/read-page.ts';
import { requireLegible } from '../walk/require-legible.ts';
import { requireScope } from '../walk/require-scope.ts';
import type { Strand } from '../walk/strand.ts';
import type { AuditEvent } from './event.ts';
import type { EventFacets } from './event-facets.ts';
import { createEventsStrand } from './create-events-strand.ts';
import { OPTIONAL_EVENT_FIELDS } from './event-fields.ts';
import type { EventPageRequest, EventsSource } from './events-source.ts';
import type { EventsDeps } from './events-deps.ts';
import { createEventsWalk } from './events-walk.ts';
import { findEvents } from './find-events.ts';
import type { EventFacetsRequest } from './event-facets.ts';
import { readEventFacets } from './read-event-facets.ts';
import { orderByTime, readOrderedPage } from './read-ordered-page.ts';

const OPERATION = '/events';

/** The Events API for one operation: its loaders live as long as the operation does. */
export function createEventsSource(deps: EventsDeps, context: CallContext): EventsSource {
  const { settings, nowMs } = deps;
  const walkedCounts = new Map<string, TotalCount>();
  const keyOf = (kind: string, value: unknown): string =>
    scopedKey(requireScope(context, 'EVENTS', OPERATION), kind, JSON.stringify(value));

  const events = new DataLoader<RowKey, AuditEvent | null, string>(
    (keys) => {
      // A single event has no place to be marked stale in, and may have been deleted: no earlier answer stands in.
      const reading = { ...deps, settings: { ...settings, staleIfErrorMs: 0 } };
      const fields = new Set(OPTIONAL_EVENT_FIELDS);
      return findEvents(keys, createEventsWalk(reading, context, { filter: [], fields }));
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
    const granted = byTime ? context : grantScan(context);
    const found = createEventsStrand(deps, granted, filter, [...request.fields, ...ordering]);
    if (!found) return { rows: [], hasMore: false, resume: null, coverage: [coverNothing('EVENTS', range)] };
    const strand = requireLegible(found);
    const page = byTime
      ? await readTimeOrderedPage(request, strand, byTime)
      : await readOrderedPage(request, strand, settings.maxScannedRows, nowMs);
    const isWhole =
      request.after === null &&
      !page.hasMore &&
      page.coverage.every(({ dropped }) => dropped === 0) &&
      isHeldWhole(range, strand.age.files);
    if (isWhole) walkedCounts.set(keyOf('count', [range, filter]), countPage(page));
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
      const walked = walkedCounts.get(keyOf('count', [range, filter]));
      if (walked) return walked;
      const strand = createEventsStrand(deps, grantScan(context, 'count'), filter, []);
      return strand
        ? countMatches(range, strand, settings.maxScannedRows, nowMs)
        : { value: 0, accuracy: 'EXACT' };
    },
  };

  /** Newest first is the walk's own order; oldest first is the same walk the other way round. */
  async function readTimeOrderedPage(
    request: EventPageRequest,
    strand: Strand<AuditEvent>,
    direction: 'ASC' | 'DESC',
  ): Promise<Page<AuditEvent>> {
    if (direction === 'DESC') return readPage(request, strand, nowMs);
    const travel = request.travel === 'forward' ? 'backward' : 'forward';
    const page = await readPage({ ...request, travel }, strand, nowMs);
    return { ...page, rows: page.rows.toReversed() };
  }
}
