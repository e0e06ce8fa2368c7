/** What is learnt of the vendor by watching it; forgotten, it costs calls, never rows. */
export interface UsageLore {
  /** The longest page seen: a shorter one is the last of its list. */
  longestPage: number;
  /** What `pageOffset` counts; null: not yet known. */
  offsetUnit: 'records' | 'pages' | null;
  /** It has refused to give more at once than the setting says, and then given that. */
  refusesLargePages: boolean;
}

/** Nothing known yet. */
export function createUsageLore(): UsageLore {
  return { longestPage: 0, offsetUnit: null, refusesLargePages: false };
}
