import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { groupInArchive } from '../paging/archived-groups.ts';
import type { ArchiveReading } from '../paging/archived-reading.ts';
import type { KnownRange, WantedFigures } from '../paging/archived-rows.ts';
import { coverNothing } from '../paging/coverage.ts';
import type { Coverage } from '../paging/coverage.ts';
import { scanRange } from '../paging/scan-range.ts';
import type { ScannedRows } from '../paging/scan-range.ts';
import { namedAddresses } from '../shared/addresses.ts';
import type { EventDimension } from './breakdown.ts';
import type { EventsDeps } from './client.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';
import { checkEventFilter, createEventTest, testedFields } from './filter.ts';
import type { EventFilter } from './filter.ts';
import { createEventsRowStream, readEventsArchive } from './row-stream.ts';

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
  readonly range: KnownRange;
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
  const { knownAtMs = null } = range;
  const stream = createEventsRowStream(deps, forScan(context), shared, fields, 'filter', knownAtMs);
  if (!stream) return { facets: counts(), coverage: [nothing] };
  const scan = (held: ArchiveReading<AuditEvent, EventFilter> | null) =>
    scanRange(range, stream, deps.settings.maxScannedRows, deps.nowMs, held);

  const archive = readEventsArchive(deps, filter, knownAtMs);
  const beside = archive && (await scan(archive));
  if (archive && beside && beside.held.length > 0) {
    const inArchive = await countInArchive(archive, beside, facets);
    if (inArchive) return { facets: inArchive, coverage: beside.coverage };
  }
  const { rows, coverage } = await scan(null);
  for (const event of rows) for (const [, counter] of counters) counter.add(event);
  return { facets: coverage.some(({ asOfMs }) => asOfMs !== null) ? counts() : new Map(), coverage };
}

const DIMENSIONS: Readonly<Record<EventFacet, EventDimension>> = {
  category: 'CATEGORY',
  action: 'ACTION',
  username: 'USERNAME',
  ipAddress: 'IP_ADDRESS',
};
const MOST_VALUES = 1_000_000;
const COUNTS_ALONE: WantedFigures = new Set();

/** Counts in the archive, together with the events that it does not hold; null: it can't test a filter, or it failed. */
async function countInArchive(
  archive: ArchiveReading<AuditEvent, EventFilter>,
  beside: ScannedRows<AuditEvent>,
  facets: readonly EventFacet[],
): Promise<EventFacets['facets'] | null> {
  const counted = new Map<EventFacet, FacetCounts>();
  for (const facet of facets) {
    const filter = withoutFacet(archive.filter, facet);
    const rows = beside.rows.filter(createEventTest(filter));
    const by = { by: [DIMENSIONS[facet]], edges: null, top: MOST_VALUES, wanted: COUNTS_ALONE };
    const grouped = await groupInArchive({ ...archive, filter }, { ...beside, rows }, by);
    if (!grouped) return null;
    const values = grouped.groups.flatMap(({ key: [value], total: { count } }) =>
      value == null ? [] : [{ value, count }],
    );
    const missing = grouped.groups.find(({ key: [value] }) => value === null)?.total.count ?? 0;
    counted.set(facet, { values, missing });
  }
  return counted;
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
