/** The bounds in force, as `service.limits` tells them; null: not bounded. */
export interface Limits {
  /** Rows of a page where neither `first` nor `last` is given. */
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
  /** Buckets that an answer may hold. */
  readonly maxBuckets: number;
  /** Buckets that may be read from the vendor to make them. */
  readonly maxUpstreamBuckets: number;
  readonly maxScannedRows: number;
  readonly maxUpstreamCalls: number | null;
  readonly maxDepth: number | null;
  readonly maxCost: number | null;
}
