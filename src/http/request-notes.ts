import type { OperationPlan } from '../graph/plan/plan-operation.ts';

/** What plugins leave for each other about one request; none of it is logged as it stands. */
export interface RequestNotes {
  /** null: it was refused before it could be planned. */
  plan: OperationPlan | null;
  /** Headers that the answer will have. */
  headers: Readonly<Record<string, string>>;
}

export function createRequestNotes(): RequestNotes {
  return { plan: null, headers: {} };
}
