import type { Range } from '../../base/range.ts';
import type { Coverage } from '../walk/coverage.ts';
import { namedAddresses } from '../walk/address.ts';
import type { AuditEvent } from './event.ts';
import type { EventFilter } from './event-filter.ts';

/** What events can be counted by; each is the name of the filter that it ignores. */
export const EVENT_FACETS = ['category', 'action', 'username', 'ipAddress'] as const;
export type EventFacet = (typeof EVENT_FACETS)[number];

/** The values of one field, with how often each occurs. */
export interface FacetCounts {
  /** Most frequent first, equally frequent ones by code unit. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Rows without a value. */
  readonly missing: number;
}

/** What is counted: equal requests share one scan. */
export interface EventFacetsRequest {
  readonly range: Range;
  readonly filter: EventFilter;
  readonly facets: ReadonlySet<EventFacet>;
}

export interface EventFacets {
  /** Those that were asked for; none where nothing could be read. */
  readonly facets: ReadonlyMap<EventFacet, FacetCounts>;
  /** TRUNCATED or FAILED: counts are lower bounds. */
  readonly coverage: readonly Coverage[];
}

/** The filter that a facet sees: without the part about its own field, so that a menu does not collapse. */
export function withoutOwn(filter: EventFilter, facet: EventFacet): EventFilter {
  const { [facet]: _, ...others } = filter;
  return others;
}

/** Counts the values of one field over the rows that match; an event that names several addresses counts for each. */
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
