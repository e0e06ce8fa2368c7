import type { Source } from '../../base/source.ts';
import type { Direction } from '../../base/time.ts';
import type { PageRequest } from './page.ts';

/** The calls that one question needs of one vendor. Keys name what is asked: equal keys are asked once in an operation. */
export interface CallNeeds {
  readonly source: Source;
  /** Calls that are made whatever the vendor answers, if nothing is cached: the first of each page, count and series. */
  readonly least?: readonly string[];
  /**
   * Keys in another question's `least` that this question may make unnecessary. For `usageRecords { nodes totalCount }` that is the
   * count, because a page that is the whole list is also its count.
   */
  readonly saved?: readonly string[];
  /** The calls of the longest possible answer, without scans. */
  readonly full?: readonly (readonly [key: string, calls: number])[];
  /** Scans: each makes at least one call, and at most its share of the call budget. */
  readonly scans?: readonly string[];
  /** Scans that count the rows of a list. */
  readonly counts?: readonly string[];
  /** Scans that make no call if there is nothing to ask about. */
  readonly possibleScans?: readonly string[];
  /** The number of calls depends on the vendor's rows: a crowded instant, or rows that it leaves out or gives in disorder. */
  readonly isOpen?: boolean;
}

/** A list as an operation asks for it, before its cursor is opened. */
export interface ListQuestion<Filter> extends Omit<PageRequest<Filter>, 'after'> {
  /** The sealed cursor that the page continues from; null: the page begins at an end of the range. */
  readonly cursor: string | null;
  /** false: only the range or the count is asked for, so no page is read. */
  readonly wantsPage: boolean;
  readonly isCounted: boolean;
}

/** How a list is read: on its own, or as a part of the timeline. */
export interface ListRole {
  /** The name of the list. Lists of different names do not share their pages. */
  readonly list: string;
  /** The most rows that the vendor is asked for at once; Infinity: not known how many of the page's rows are its own. */
  readonly pageSize: number;
  /** Whether a page that turns out to be the whole list is also its count. */
  readonly isCountedByPage: boolean;
}

/** What a list names its calls by: equal questions have equal keys. */
export function keyOfList(question: ListQuestion<unknown>, { list }: ListRole): string {
  const { range, filter, count, direction, cursor } = question;
  return `${list} ${JSON.stringify([range, filter, count, direction, cursor])}`;
}

/** The keys of the first calls of a list. Calls with equal keys may be one call. */
export interface FirstCalls {
  readonly page: string;
  /** Of a count that begins together with the pages. */
  readonly count: string;
  /** Of a count that waits for its own page. */
  readonly laterCount: string;
}

/** The fewest calls that a list can need. The length of its pages does not matter because they may all be empty. */
export function leastOfList(
  { wantsPage, isCounted }: ListQuestion<unknown>,
  { isCountedByPage }: ListRole,
  first: FirstCalls,
): Pick<CallNeeds, 'least' | 'saved'> {
  if (!wantsPage) return { least: isCounted ? [first.count] : [] };
  if (isCountedByPage) return { least: [first.page], saved: [first.laterCount] };
  return { least: isCounted ? [first.page, first.laterCount] : [first.page] };
}

/**
 * The calls for a full page. One row more than asked for proves that there is a next page. A page from the end of the list is
 * read in windows, whose number is not known: at least one call.
 */
export function callsForPage(
  { count, direction }: ListQuestion<unknown>,
  { pageSize }: ListRole,
  listDirection: Direction = 'DESC',
): number {
  return direction === listDirection ? Math.max(Math.ceil((count + 1) / pageSize), 1) : 1;
}
