import DataLoader from 'dataloader';
import { scopedKey } from '../../base/credential-scope.ts';
import { UpstreamError } from '../../base/errors.ts';
import type { Range } from '../../base/time.ts';
import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { countThroughArchive } from '../paging/archived-count.ts';
import { findThroughArchive } from '../paging/archived-finds.ts';
import type { ArchiveReading } from '../paging/archived-reading.ts';
import type { KnownRange } from '../paging/archived-rows.ts';
import { countMatches, createKnownCounts } from '../paging/count.ts';
import { coverNothing } from '../paging/coverage.ts';
import { findRows } from '../paging/find-rows.ts';
import type { FoundRows, RowKey } from '../paging/find-rows.ts';
import { isOutOfOrder } from '../paging/overlapping-page.ts';
import { readPage } from '../paging/page.ts';
import type { Page, TotalCount } from '../paging/page.ts';
import { requireParsable } from '../paging/row-stream.ts';
import type { Batch, BatchRequest } from '../paging/row-stream.ts';
import { loadOnce } from '../shared/load-once.ts';
import { requireScope } from '../shared/scope.ts';
import { breakDownEvents, scanEvents, scanOf } from './breakdown.ts';
import type { EventBreakdown, EventBreakdownRequest, EventScan } from './breakdown.ts';
import { LIST_OPERATION } from './client.ts';
import type { EventsDeps } from './client.ts';
import { OPTIONAL_EVENT_FIELDS } from './event.ts';
import type { AuditEvent } from './event.ts';
import { readEventFacets } from './facets.ts';
import type { EventFacets, EventFacetsRequest } from './facets.ts';
import type { EventFilter } from './filter.ts';
import { directionInTime, readOrderedPage } from './order.ts';
import type { EventPageRequest } from './order.ts';
import { createEventsPaging } from './paging.ts';
import { createEventsRowStream, readEventsArchive } from './row-stream.ts';

/** The Events API for one operation: equal questions are asked once. */
export interface EventsSource {
  /**
   * One event by its id and the time in its global id. It reads a window of ±1 s of `GET /events`, and many windows in few calls.
   * null: there is no such event. @throws UpstreamError
   */
  getEvent(id: string, timestampMs: number): Promise<AuditEvent | null>;
  /** `GET /events`. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
  listEvents(request: EventPageRequest): Promise<Page<AuditEvent>>;
  /** How many events are in a range; null: no count can be given. @throws UpstreamError */
  countEvents(range: KnownRange, filter: EventFilter): Promise<TotalCount | null>;
  /**
   * The values to filter by, with counts, from one bounded scan. Does not fail if the vendor fails: coverage reports it.
   * @throws RequestError `BAD_USER_INPUT`
   */
  countEventFacets(request: EventFacetsRequest): Promise<EventFacets>;
  /**
   * Events in groups, from one bounded scan. Breakdowns with one range and filter share it if they need the same fields. Does not
   * fail if the vendor fails: coverage reports it. @throws RequestError `BAD_USER_INPUT`, `LIMIT_EXCEEDED`
   */
  getEventBreakdown(request: EventBreakdownRequest): Promise<EventBreakdown>;
}

/** The Events API for one operation. Its loaders live as long as the operation. */
export function createEventsSource(deps: EventsDeps, context: CallContext): EventsSource {
  const { settings, nowMs } = deps;
  const keyOf = (name: string, value: unknown): string =>
    scopedKey(requireScope(context, 'EVENTS', LIST_OPERATION), name, JSON.stringify(value));
  const knownCounts = createKnownCounts<EventFilter>(keyOf);

  const events = new DataLoader<RowKey, AuditEvent | null, string>(
    (keys) => {
      // A single event has no coverage to say that it is stale, so an earlier answer is never served.
      const freshDeps = { ...deps, settings: { ...settings, staleIfErrorMs: 0 } };
      const fields = new Set(OPTIONAL_EVENT_FIELDS);
      const read = createEventsPaging(freshDeps, context, { parameters: [], fields });
      return findThroughArchive(deps.archive, keys, (missing) => findEvents(missing, read));
    },
    // The key holds the time too, because the vendor may give one id to two events.
    { cacheKeyFn: ({ id, timestampMs }) => keyOf('event', [timestampMs, id]) },
  );
  const loadPage = loadOnce(
    (request: EventPageRequest) => keyOf('page', { ...request, fields: [...request.fields].sort() }),
    readEventsPage,
  );
  const loadCount = loadOnce(({ range, filter }: CountQuestion) => keyOf('count', [range, filter]), count);
  const loadFacets = loadOnce(
    (request: EventFacetsRequest) => keyOf('facets', { ...request, facets: [...request.facets].sort() }),
    (request) => readEventFacets(deps, context, request),
  );
  const loadScan = loadOnce(
    ({ scan, held }: HeldScan) => keyOf('scan', { scan, isBeside: held !== null }),
    ({ scan, held }) => scanEvents(deps, context, scan, held),
  );

  async function count({ range, filter }: CountQuestion): Promise<TotalCount | null> {
    const stream = createEventsRowStream(deps, forScan(context, 'count'), filter, []);
    if (!stream) return { value: 0, accuracy: 'EXACT' };
    const countVendor = (part: Range): Promise<TotalCount | null> =>
      countMatches(part, stream, settings.maxScannedRows, nowMs);
    const reading = readEventsArchive(deps, filter, range.knownAtMs ?? null);
    return reading
      ? countThroughArchive(reading, range, countVendor, stream.age.files ?? null)
      : countVendor(range);
  }

  async function readEventsPage(request: EventPageRequest): Promise<Page<AuditEvent>> {
    const { filter, range } = request;
    const orderFields = request.orderBy.some(({ field }) => field === 'USERNAME')
      ? (['username'] as const)
      : [];
    const timeDirection = directionInTime(request.orderBy);
    // Any other order is made here over the whole range, so it takes a scan, whatever the filter is.
    const listContext = timeDirection ? context : forScan(context);
    const fields = [...request.fields, ...orderFields];
    const { knownAtMs = null } = range;
    const found = createEventsRowStream(deps, listContext, filter, fields, 'filter', knownAtMs);
    if (!found) return { rows: [], hasMore: false, end: null, coverage: [coverNothing('EVENTS', range)] };
    const stream = requireParsable(found);
    const page = timeDirection
      ? await readPage(request, stream, nowMs)
      : await readOrderedPage(request, stream, settings.maxScannedRows, nowMs);
    knownCounts.note(request, page, stream.age.files);
    // `readPage` gives rows newest first, also for a list that is oldest first.
    return timeDirection === 'ASC' ? { ...page, rows: page.rows.toReversed() } : page;
  }

  return {
    async getEvent(id, timestampMs) {
      return events.load({ id, timestampMs });
    },
    async listEvents(request) {
      return loadPage(request);
    },
    async countEvents(range, filter) {
      return knownCounts.of(range, filter) ?? loadCount({ range, filter });
    },
    async countEventFacets(request) {
      // Without credentials there is no scope for a key, and no call is made: coverage reports NOT_CONFIGURED.
      if (!context.credentials) return readEventFacets(deps, context, request);
      return loadFacets(request);
    },
    async getEventBreakdown(request) {
      const scan = scanOf(request);
      return breakDownEvents(deps, request, (held) =>
        context.credentials ? loadScan({ scan, held }) : scanEvents(deps, context, scan, held),
      );
    },
  };
}

interface CountQuestion {
  readonly range: KnownRange;
  readonly filter: EventFilter;
}

interface HeldScan {
  readonly scan: EventScan;
  readonly held: ArchiveReading<AuditEvent, EventFilter> | null;
}

/**
 * Finds events by time and id in the list, because no call reads an event by its id. null: there is no such event. An error: that
 * is not known, because the vendor failed or gave rows that could not be parsed.
 */
export async function findEvents(
  keys: readonly RowKey[],
  read: (read: BatchRequest) => AsyncGenerator<Batch<AuditEvent>, void>,
): Promise<(AuditEvent | Error | null)[]> {
  const together = await findRows(keys, read);
  return Promise.all(
    keys.map(async (key) => {
      const event = together.rowOf(key);
      if (event) return event;
      // A bad row or a wrong order may be elsewhere in the window, so read the instant of this event alone.
      const isAlone = keys.length === 1 || !(together.hasSkipped || isOutOfOrder(together.failureOf(key)));
      return resultOf(key, isAlone ? together : await findRows([key], read));
    }),
  );
}

function resultOf(key: RowKey, found: FoundRows<AuditEvent>): AuditEvent | Error | null {
  const known = found.rowOf(key) ?? found.failureOf(key);
  if (known) return known;
  return found.hasSkipped ? mayBeUnparsable() : null;
}

function mayBeUnparsable(): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source: 'EVENTS',
    operation: LIST_OPERATION,
    message: 'The vendor gave a row that could not be parsed, which may be this event.',
  });
}
