import { createLongestPage } from '../paging/longest-page.ts';
import type { LongestPage } from '../paging/longest-page.ts';

/** The vendor's times are in milliseconds, unless it cuts them. */
export const UNIT_MS = 1;
/** How long a refusal of a large page is believed. */
const BELIEVED_MS = 3_600_000;

/**
 * What was learnt about the vendor's behaviour (`docs/vendors.md#both-vendor-quirks`). A forgotten quirk costs calls, never rows.
 */
export interface UsageQuirks {
  readonly pages: LongestPage;
  /** The unit of `pageOffset`; null: not known. Each page that is read by offset proves it again. */
  offsetUnit: 'records' | 'pages' | null;
  /** The vendor's times may be cut to whole seconds: the latest page of some rows held no finer time. */
  hasWholeSeconds: boolean;
  /** Whether the vendor has refused a page larger than the setting within the last hour, and then given a smaller one. */
  refusesLargePages(nowMs: number): boolean;
  noteLargePageRefused(nowMs: number): void;
}

/** Nothing known yet. */
export function createUsageQuirks(): UsageQuirks {
  let refusedAtMs = -Infinity;
  return {
    pages: createLongestPage(0),
    offsetUnit: null,
    hasWholeSeconds: false,
    refusesLargePages: (nowMs) => nowMs - refusedAtMs <= BELIEVED_MS,
    noteLargePageRefused(nowMs) {
      refusedAtMs = nowMs;
    },
  };
}

/** The precision of the vendor's times, as far as it is known, in milliseconds. */
export function usagePrecision({ hasWholeSeconds }: UsageQuirks): number {
  return hasWholeSeconds ? 1_000 : UNIT_MS;
}
