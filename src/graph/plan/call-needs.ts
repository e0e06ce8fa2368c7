/** What a field needs of the vendors. Keys name what is asked: what is needed twice is asked once. */
export interface CallNeeds {
  /** Calls that are made whatever the vendors answer. */
  readonly certain?: readonly (readonly [key: string, calls: number])[];
  /** Bounded scans: at least one call each, and as many as they are granted. */
  readonly scans?: readonly string[];
  /** Scans that may find nothing to ask about, and so cost nothing. */
  readonly possibleScans?: readonly string[];
  /** Calls that may come on top, where a period can't share one with the others. */
  readonly possible?: number;
  /** How many calls there will be depends on what the vendor holds: a crowded instant, an order that it does not keep. */
  readonly isOpen?: boolean;
}

export const NO_NEEDS: CallNeeds = {};
