import type { Limits } from '../limits.ts';
import type { SourceEnds } from '../paging/source-ends.ts';

/** What a plan is made against. */
export interface PlanLimits extends Pick<
  Limits,
  'defaultPageSize' | 'maxPageSize' | 'maxBuckets' | 'maxUpstreamBuckets' | 'maxUpstreamCalls' | 'maxCost'
> {
  readonly ends: SourceEnds;
  /** The most rows that each vendor is asked for at once. */
  readonly pageSizes: { readonly usage: number; readonly events: number };
}
