import type { Range } from '../../base/time.ts';
import { countPage } from './count.ts';
import { isHeldWhole } from './held-files.ts';
import type { HeldFiles } from './held-files.ts';
import type { Page, PageRequest, TotalCount } from './page.ts';

/** The counts that one operation knows without a call, because a page has shown the whole list. */
export interface KnownCounts<Filter> {
  /** Notes the count if the page is the whole list. */
  note(request: PageRequest<Filter>, page: Page<unknown>, files: HeldFiles | null | undefined): void;
  /** undefined: no page has shown the whole list. */
  of(range: Range, filter: Filter): TotalCount | undefined;
}

/** @param keyOf makes a key that names the credential scope */
export function createKnownCounts<Filter>(
  keyOf: (kind: string, value: unknown) => string,
): KnownCounts<Filter> {
  const counts = new Map<string, TotalCount>();
  const nameOf = (range: Range, filter: Filter): string => keyOf('count', [range, filter]);
  return {
    note({ range, filter, after }, page, files) {
      const isWhole =
        after === null &&
        !page.hasMore &&
        page.coverage.every(({ dropped }) => dropped === 0) &&
        isHeldWhole(range, files);
      if (isWhole) counts.set(nameOf(range, filter), countPage(page));
    },
    of: (range, filter) => counts.get(nameOf(range, filter)),
  };
}
