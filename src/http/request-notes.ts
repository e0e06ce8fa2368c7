import type { OperationEstimate } from '../graph/cost/operation.ts';
import type { CallTally } from '../upstream/call-budget.ts';
import type { Caller } from './identity/caller.ts';

/** What is found out about a request on its way, for the log: never a value of the caller's. */
export interface RequestReport {
  /** The operation's name, where it has one. */
  operation: string | null;
  /** The codes of the errors that it was answered with. */
  errors: readonly string[];
  /** Calls made to the vendors. */
  vendorCalls: number;
}

export function createRequestReport(): RequestReport {
  return { operation: null, errors: [], vendorCalls: 0 };
}

/** What plugins leave for each other, and for the audit trail, about one request; none of it is logged as it stands. */
export interface RequestNotes {
  /** It asks for GraphQL, and not for a page or for this service's health. */
  isOperation: boolean;
  /** null: what was brought as proof did not hold. */
  caller: Caller | null;
  /** The SHA-256 of the document's text, where there is an audit trail. */
  document: string | null;
  /** null: it was refused before it could be planned. */
  plan: OperationEstimate | null;
  /** Rows, buckets and facet values in the answer, where there is an audit trail. */
  rows: number;
  tallies: readonly CallTally[];
  /** Headers that the answer will have. */
  headers: Readonly<Record<string, string>>;
}

export function createRequestNotes(): RequestNotes {
  return { isOperation: false, caller: null, document: null, plan: null, rows: 0, tallies: [], headers: {} };
}
