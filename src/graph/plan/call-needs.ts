import type { Source } from '../../base/source.ts';

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
