import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { Limits } from '../context.ts';
import type { PageChoice } from '../paging/arguments.ts';
import type { SourceEnds } from '../paging/range.ts';

/** What a field needs of one vendor. Keys name what is asked: what is needed twice is asked once. */
export interface CallNeeds {
  readonly source: Source;
  /** Calls that are made whatever the vendor answers, where nothing is kept: the first of each page, count and series. */
  readonly least?: readonly string[];
  /**
   * Calls that others call their least, and that this field may save them: the count of a list found whole, the search for a
   * record that is read here.
   */
  readonly saved?: readonly string[];
  /** Calls that an answer as long as it may be takes, scans apart. */
  readonly full?: readonly (readonly [key: string, calls: number])[];
  /** Bounded scans: at least one call each, and as many as they are granted. */
  readonly scans?: readonly string[];
  /** Likewise, scans that count what a page is a part of. */
  readonly counts?: readonly string[];
  /** Scans that may find nothing to ask about, and so cost nothing. */
  readonly possibleScans?: readonly string[];
  /** How many calls there will be depends on what the vendor holds: a crowded instant, rows that it leaves out or in disorder. */
  readonly isOpen?: boolean;
}

/** What a plan is made against. */
export interface EstimateLimits extends Pick<
  Limits,
  'defaultPageSize' | 'maxPageSize' | 'maxBuckets' | 'maxUpstreamBuckets' | 'maxUpstreamCalls' | 'maxCost'
> {
  readonly ends: SourceEnds;
  /** The most rows that each vendor is asked for at once. */
  readonly pageSizes: { readonly usage: number; readonly events: number };
}

/** A list as one field asks for it. */
export interface EstimatedList {
  /** Its field with its arguments: what is asked under one name is asked once. */
  readonly name: string;
  readonly range: Range;
  /** null: no page is read. */
  readonly page: PageChoice | null;
  readonly isCounted: boolean;
  /** Whether a page that turns out to be the whole list tells the count as well; one of the timeline does not. */
  readonly isCountedByPage: boolean;
  /** The most rows that the vendor is asked for at once. */
  readonly pageSize: number;
}

/** The first calls of a list by what they ask. Those named alike may be one call, as far as is known beforehand. */
export interface FirstCalls {
  readonly page: string;
  /** Of a count that begins with the pages; null: no call tells it. */
  readonly count: string | null;
  /** Of a count that waits for its own page. */
  readonly laterCount: string | null;
}

/** What a list takes at least: how long its pages are does not matter, since they may all be empty. */
export function leastOf(
  { page, isCounted, isCountedByPage }: EstimatedList,
  first: FirstCalls,
): Pick<CallNeeds, 'least' | 'saved'> {
  if (!page) return { least: isCounted && first.count !== null ? [first.count] : [] };
  const later = first.laterCount === null ? [] : [first.laterCount];
  return isCountedByPage
    ? { least: [first.page], saved: later }
    : { least: [first.page, ...(isCounted ? later : [])] };
}

/**
 * Calls for a page that is full: one row more than asked for proves that there is a next one. Upwards, the vendor's pages
 * say less: at least one.
 */
export function callsForPage({ count, isFromEnd }: PageChoice, pageSize: number): number {
  return isFromEnd ? 1 : Math.max(Math.ceil((count + 1) / pageSize), 1);
}
