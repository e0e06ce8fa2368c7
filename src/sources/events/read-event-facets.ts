import type { CallContext } from '../../upstream/upstream.ts';
import { coverNothing } from '../walk/cover-nothing.ts';
import { readPage } from '../walk/read-page.ts';
import { createEventsStrand } from './create-events-strand.ts';
import { createEventTest } from './event-test.ts';
import {
  createFacetCounter,
  withoutOwn,
  type EventFacet,
  type EventFacets,
  type EventFacetsRequest,
} from './event-facets.ts';
import type { OptionalEventField } from './event-fields.ts';
import { fieldsOf } from './plan-event-filter.ts';
import type { EventsDeps } from './events-walk.ts';

/**
 * Counts every facet asked for in one bounded scan. The vendor is sent only what no facet asked for ignores.
 * @throws UpstreamError; RequestError `BAD_USER_INPUT`, `LIMIT_EXCEEDED`
 */
export async function readEventFacets(
  deps: EventsDeps,
  context: CallContext,
  request: EventFacetsRequest,
  nowMs: number,
): Promise<EventFacets> {
  const { filter, range } = request;
  const facets = [...request.facets];
  const counters = new Map(
    facets.map((facet) => [facet, createFacetCounter(facet, createEventTest(withoutOwn(filter, facet)))]),
  );
  const shared = facets.reduce(withoutOwn, filter);
  const ownFields = facets.filter((facet) => facet === 'username' || facet === 'ipAddress');
  const fields = new Set<OptionalEventField>([...ownFields, ...fieldsOf(filter)]);
  const strand = createEventsStrand(deps, context, shared, fields);
  if (!strand || facets.length === 0)
    return { facets: countsOf(counters), coverage: [coverNothing('EVENTS', range)] };
  const page = await readPage(
    { range, count: Infinity, travel: 'forward', after: null },
    { ...strand, maxScannedRows: deps.settings.maxScannedRows },
    nowMs,
  );
  for (const event of page.rows) for (const counter of counters.values()) counter.add(event);
  return { facets: countsOf(counters), coverage: page.coverage };
}

function countsOf(
  counters: ReadonlyMap<EventFacet, ReturnType<typeof createFacetCounter>>,
): EventFacets['facets'] {
  return new Map([...counters].map(([facet, counter]) => [facet, counter.counts()]));
}
