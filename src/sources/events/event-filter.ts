/** A test of one text; exactly one part. An empty `in` matches nothing. */
export type StringFilter =
  | { readonly eq: string }
  | { readonly in: readonly string[] }
  | { readonly startsWith: string }
  | { readonly contains: string }
  | { readonly isNull: boolean };

/** What events can be filtered by, combined with AND; parts left out do not filter. Case-sensitive but `searchText`. */
export interface EventFilter {
  readonly category?: StringFilter;
  readonly action?: StringFilter;
  readonly username?: StringFilter;
  /** An address or a CIDR block. */
  readonly ipAddress?: string;
  /** In the description, any case. */
  readonly searchText?: string;
  readonly not?: EventFilter;
}
