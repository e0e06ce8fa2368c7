/** How many points a caller may have saved up, and how many come back each second. */
export interface RatePolicy {
  readonly capacity: number;
  readonly perSecond: number;
}
