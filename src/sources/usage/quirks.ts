import { createLongestPage } from '../paging/longest-page.ts';
import type { LongestPage } from '../paging/longest-page.ts';

/** What is learnt of the vendor by watching it, and unlearnt; forgotten, it costs calls, never rows. */
export interface UsageQuirks {
  readonly pages: LongestPage;
  /** What `pageOffset` counts; null: not yet known. Each page that is read by it proves it anew. */
  offsetUnit: 'records' | 'pages' | null;
  /** It has refused to give more at once than the setting says, and then given that. */
  refusesLargePages: boolean;
  /** The latest page of some rows held none but whole seconds as times, which may have lost their fractions. */
  isWhole: boolean;
}

/** Nothing known yet. */
export function createUsageQuirks(): UsageQuirks {
  return {
    pages: createLongestPage(0),
    offsetUnit: null,
    refusesLargePages: false,
    isWhole: false,
  };
}
