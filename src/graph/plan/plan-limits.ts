import type { Limits } from '../limits.ts';

/** What a plan is made against. */
export interface PlanLimits extends Pick<
  Limits,
  'defaultPageSize' | 'maxPageSize' | 'maxBuckets' | 'maxUpstreamBuckets' | 'maxUpstreamCalls' | 'maxCost'
> {
  /** The most rows that each vendor is asked for at once. */
  readonly pageSizes: { readonly usage: number; readonly events: number };
}
