/** The calls of one vendor operation for one answer. Only callers on the service's machine get them. */
export interface VendorCalls {
  readonly source: string;
  readonly operation: string;
  readonly calls: number;
  readonly rows: number;
  readonly cached?: number;
}

export interface Cost {
  readonly requested: number;
  readonly actual: number;
}

/** What `extensions` of an answer tells of the work behind it. */
export interface Work {
  /** null: the service does not tell this caller. */
  readonly vendorCalls: readonly VendorCalls[] | null;
  readonly cost: Cost | null;
}

export function readWork(extensions: unknown): Work {
  const { upstream, cost } = (extensions ?? {}) as { upstream?: VendorCalls[]; cost?: Cost };
  return { vendorCalls: upstream ?? null, cost: cost ?? null };
}
