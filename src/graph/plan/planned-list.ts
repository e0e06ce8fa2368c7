import type { Range } from '../../base/range.ts';
import type { PageChoice } from '../paging/connection-arguments.ts';
import type { CallNeeds } from './call-needs.ts';

/** A list as one field asks for it. */
export interface PlannedList {
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
  { page, isCounted, isCountedByPage }: PlannedList,
  first: FirstCalls,
): Pick<CallNeeds, 'least' | 'saved'> {
  if (!page) return { least: isCounted && first.count !== null ? [first.count] : [] };
  const later = first.laterCount === null ? [] : [first.laterCount];
  return isCountedByPage
    ? { least: [first.page], saved: later }
    : { least: [first.page, ...(isCounted ? later : [])] };
}
