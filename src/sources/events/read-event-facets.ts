import { grantScan } from '../../upstream/grant-scan.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { coverNothing } from '../walk/cover-nothing.ts';
import { coverRest } from '../walk/cover-rest.ts';
import { recordCoverage } from '../walk/coverage-recorder.ts';
import { readRanges } from '../walk/read-ranges.ts';
import { requireLegible } from '../walk/require-legible.ts';
import { checkEventFilter } from './check-event-filter.ts';
import { createEventsStrand } from './create-events-strand.ts';
import { createEventTest } from './event-test.ts';
import { createFacetCounter, withoutOwn, type EventFacets, type EventFacetsRequest } from './event-facets.ts';
import type { OptionalEventField } from './event-fields.ts';
import { fieldsOf } from './plan-event-filter.ts';
import type { EventsDeps } from './events-deps.ts';

const NOT_ASKED = 'No facet was asked for, so the vendor was not asked.';
const WAY_OUT = "counts are lower bounds: ask for a shorter 'range' or a narrower 'filter'";

/**
 * Counts every facet asked for in one bounded scan. The vendor is sent only what no facet asked for ignores. Where it
 * fails, what was read until then is counted.
 * @throws RequestError `BAD_USER_INPUT`
 */
export async function readEventFacets(
  deps: EventsDeps,
  context: CallContext,
  request: EventFacetsRequest,
): Promise<EventFacets> {
  const { filter, range } = request;
  checkEventFilter(filter, 'filter');
  const facets = [...request.facets];
  const counters = facets.map(
    (facet) => [facet, createFacetCounter(facet, createEventTest(withoutOwn(filter, facet)))] as const,
  );
  const counts = (): EventFacets['facets'] =>
    new Map(counters.map(([facet, counter]) => [facet, counter.counts()]));
  const shared = facets.reduce(withoutOwn, filter);
  const ownFields = facets.filter((facet) => facet === 'username' || facet === 'ipAddress');
  const fields = new Set<OptionalEventField>([...ownFields, ...fieldsOf(filter)]);
  const nothing = coverNothing('EVENTS', range);
  if (facets.length === 0) return { facets: counts(), coverage: [{ ...nothing, reason: NOT_ASKED }] };
  const strand = createEventsStrand(deps, grantScan(context), shared, fields);
  if (!strand) return { facets: counts(), coverage: [nothing] };

  const read = await readRanges([range], requireLegible(strand), deps.settings.maxScannedRows, WAY_OUT);
  for (const event of read.rows) for (const [, counter] of counters) counter.add(event);
  const stop = read.stopped?.kind === 'bound' ? read.stopped.stop : null;
  return {
    facets: read.examined.length > 0 ? counts() : new Map(),
    coverage: [
      ...recordCoverage('EVENTS', read.examined, strand.age, deps.nowMs, stop),
      ...coverRest('EVENTS', range, read.stopped),
    ],
  };
}
