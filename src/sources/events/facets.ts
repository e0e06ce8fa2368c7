import type { Range } from '../../base/time.ts';
import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { recordCoverage } from '../paging/coverage-recorder.ts';
import { coverNothing } from '../paging/coverage.ts';
import type { Coverage } from '../paging/coverage.ts';
import { coverUnread, readRanges } from '../paging/read-ranges.ts';
import { requireParsable } from '../paging/row-stream.ts';
import { namedAddresses } from '../shared/addresses.ts';
import type { EventsDeps } from './client.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';
import { checkEventFilter, createEventTest, testedFields } from './filter.ts';
import type { EventFilter } from './filter.ts';
import { createEventsRowStream } from './row-stream.ts';

/** The fields whose values can be counted. Each is also the name of a filter's part, which its facet ignores. */
export const EVENT_FACETS = ['category', 'action', 'username', 'ipAddress'] as const;
export type EventFacet = (typeof EVENT_FACETS)[number];

/** The values of one field and how often each occurs. */
export interface FacetCounts {
  /** Most frequent first; of equal counts, the lower value by code unit. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** How many events have no value. */
  readonly missing: number;
}

/** The facets to count. Equal requests share one scan. */
export interface EventFacetsRequest {
  readonly range: Range;
  readonly filter: EventFilter;
  readonly facets: ReadonlySet<EventFacet>;
}

export interface EventFacets {
  /** The requested facets; empty if nothing could be read. */
  readonly facets: ReadonlyMap<EventFacet, FacetCounts>;
  /** If it is TRUNCATED or FAILED, counts are lower bounds. */
  readonly coverage: readonly Coverage[];
}

const NOT_ASKED = 'No facet was requested, so the vendor was not asked.';
const WAY_OUT = "counts are lower bounds: ask for a shorter 'range' or a narrower 'filter'";

/**
 * Counts all requested facets in one bounded scan. The vendor gets only the parts of the filter that all facets share. If the
 * vendor fails, the events read before are counted.
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
    (facet) => [facet, createFacetCounter(facet, createEventTest(withoutFacet(filter, facet)))] as const,
  );
  const counts = (): EventFacets['facets'] =>
    new Map(counters.map(([facet, counter]) => [facet, counter.counts()]));
  const shared = withoutFacets(filter, facets);
  const ownFields = facets.filter((facet) => facet === 'username' || facet === 'ipAddress');
  const fields = new Set<OptionalEventField>([...ownFields, ...testedFields(filter)]);
  const nothing = coverNothing('EVENTS', range);
  if (facets.length === 0) return { facets: counts(), coverage: [{ ...nothing, reason: NOT_ASKED }] };
  const stream = createEventsRowStream(deps, forScan(context), shared, fields);
  if (!stream) return { facets: counts(), coverage: [nothing] };

  const read = await readRanges([range], requireParsable(stream), deps.settings.maxScannedRows, WAY_OUT);
  for (const event of read.rows) for (const [, counter] of counters) counter.add(event);
  const stop = read.stopped?.kind === 'bound' ? read.stopped.stop : null;
  return {
    facets: read.examined.length > 0 ? counts() : new Map(),
    coverage: [
      ...recordCoverage('EVENTS', read.examined, stream.age, deps.nowMs, stop),
      ...coverUnread('EVENTS', range, read.stopped),
    ],
  };
}

/** The filter for one facet: without the part about its own field, so that a menu keeps its other choices. */
export function withoutFacet(filter: EventFilter, facet: EventFacet): EventFilter {
  const { [facet]: _, ...others } = filter;
  return others;
}

/** The filter that all these facets share, which is the part that the vendor is sent. */
export function withoutFacets(filter: EventFilter, facets: Iterable<EventFacet>): EventFilter {
  return [...facets].reduce(withoutFacet, filter);
}

/** Counts the values of one field over the events that match. An event with several addresses counts for each of them. */
export function createFacetCounter(
  facet: EventFacet,
  isMatch: (event: AuditEvent) => boolean,
): { add(event: AuditEvent): void; counts(): FacetCounts } {
  const byValue = new Map<string, number>();
  let missing = 0;
  return {
    add(event) {
      if (!isMatch(event)) return;
      const values = facet === 'ipAddress' ? namedAddresses(event) : [event[facet] ?? []].flat();
      if (values.length === 0) missing += 1;
      for (const value of values) byValue.set(value, (byValue.get(value) ?? 0) + 1);
    },
    counts() {
      const values = [...byValue].map(([value, count]) => ({ value, count }));
      values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
      return { values, missing };
    },
  };
}
