import type { OperationEstimate } from '../graph/cost/operation.ts';
import type { CallTally } from '../upstream/call-budget.ts';
import type { FrameIds } from './frames.ts';
import type { Caller } from './identity/caller.ts';

/** What the log says about a request. It holds no value that the caller sent. */
export interface RequestReport {
  /** The operation's name; null: it has none. */
  readonly operation: string | null;
  /** The codes of the errors in the answer. */
  readonly errors: readonly string[];
  /** Calls made to the vendors. */
  readonly vendorCalls: number;
  /** The trace that the request belongs to, 32 hexadecimal digits; left out: neither its caller nor this service traces it. */
  readonly trace_id?: string;
}

/** What the audit trail says about an export. */
export interface ExportNotes {
  readonly list: string;
  readonly format: string;
  /** It goes on from an `endCursor`. */
  readonly isResumed: boolean;
  /** `left`: it was not read to its end, and has no receipt. */
  readonly state: 'begun' | 'ended' | 'left';
  /** Of all bytes before the receipt, or of those that were sent; null: it has just begun. */
  readonly sha256: string | null;
  /** What the receipt says; null: it has just begun. */
  readonly isComplete: boolean | null;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the handler and the plugins note about one request, for each other, the log and the audit trail. */
export interface RequestNotes extends Writable<Omit<RequestReport, 'vendorCalls'>> {
  /** It asks for GraphQL, not for a page or for this service's health. */
  isOperation: boolean;
  /** null: it was refused before it could be read. */
  operationType: 'query' | 'mutation' | 'subscription' | null;
  /** null: the caller's proof was refused, or is not checked yet. */
  caller: Caller | null;
  /** The SHA-256 of the document's text, noted if there is an audit trail. */
  document: string | null;
  /** null: the operation was refused before it could be estimated. */
  estimate: OperationEstimate | null;
  /** The points that it might cost and those that it did; null: it has no answer. */
  cost: { readonly requested: number; readonly actual: number } | null;
  /** Rows, buckets and facet values in the answer, noted if there is an audit trail. */
  rows: number;
  tallies: readonly CallTally[];
  /** The calls of all tallies. */
  readonly vendorCalls: number;
  /** null: it is no export, or one that was refused. */
  export: ExportNotes | null;
  /** The ids of the frames of its stream; null: it asks for no stream. */
  frames: FrameIds | null;
  /** The frames of its stream, whose line in the audit trail is written again when it ends; null: it is none. */
  stream: AsyncIterable<string> | null;
  /** Headers to add to the answer. */
  headers: Readonly<Record<string, string>>;
}

export function createRequestNotes(): RequestNotes {
  return {
    operation: null,
    errors: [],
    isOperation: false,
    operationType: null,
    caller: null,
    document: null,
    estimate: null,
    cost: null,
    rows: 0,
    tallies: [],
    get vendorCalls() {
      return this.tallies.reduce((sum, { calls }) => sum + calls, 0);
    },
    export: null,
    frames: null,
    stream: null,
    headers: {},
  };
}
