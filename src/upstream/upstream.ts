import type { CredentialScope } from '../base/credential-scope.ts';
import type { Secret } from '../base/secret.ts';
import type { CallBudget } from './call-budget.ts';

/** How one source is let in. The scope stands for the secrets wherever a key is made. */
export interface Credentials {
  readonly scope: CredentialScope;
  /**
   * The value of the `authorization` header. `rejected` is the value that the vendor has just refused with a 401: a
   * renewable one is then exchanged anew, a fixed one is given back as it is.
   */
  authorization(signal: AbortSignal, rejected?: Secret): Promise<Secret>;
  /** The vendor has answered a call that was sent with this value. Left out where nothing is renewed. */
  accepted?(authorization: Secret): void;
}

/** What one caller's operation hands down to every call that it causes. */
export interface CallContext {
  /** The credentials to call with; null: this source is not configured for this caller. */
  readonly credentials: Credentials | null;
  /** Ends when the caller has gone or the operation's deadline has passed. */
  readonly signal: AbortSignal;
  /** When the operation must have answered, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Counts calls against the operation's budget, and tells them in `extensions.upstream`. */
  readonly callBudget: CallBudget;
  /** How old an answer may be for this caller, in milliseconds; null: as old as its cache policy lets it; 0: the newest. */
  readonly maxAgeMs: number | null;
}

/** How long an answer may stand in for a call. */
export interface CachePolicy {
  /** How long it is as good as new, in milliseconds; 0: never. */
  readonly freshMs: number;
  /** How long, in milliseconds, it may stand in, marked stale, where the vendor fails; 0: never. */
  readonly staleIfErrorMs: number;
}

/** A query in canonical order. */
export type Query = readonly (readonly [name: string, value: string])[];

/** One GET of a vendor. Equal operation, path and query mean an equal `decode`: they share one flight and one cache entry. */
export interface UpstreamRequest<Value> {
  /** The vendor's path template, such as `/usage/{id}`: for logs, coverage and errors. */
  readonly operation: string;
  /** The path below the source's base URL, its segments already checked and encoded: `/usage/53e6`. */
  readonly path: string;
  /** Part of the cache key. */
  readonly query: Query;
  readonly cache: CachePolicy;
  /**
   * Turns the vendor's answer into our own value, which is then shared: freeze it or do not change it. Thrown errors
   * become `UPSTREAM_BAD_RESPONSE` (an `UpstreamError` passes as it is) and are never cached.
   */
  readonly decode: (response: UpstreamResponse) => Decoded<Value>;
}

/** One part of an answer, kept on its own. */
export interface AnswerSegment {
  /** What tells it from all that is read under its operation and path; equal keys mean equal parts. */
  readonly key: readonly string[];
  /** Keys of parts that hold this one as well, the best first: they may stand in for it where the vendor fails. */
  readonly fallbackKeys?: readonly (readonly string[])[];
  readonly cache: CachePolicy;
}

/** One GET of a vendor for what consists of parts in a row, each with an age of its own; indices are those of `segments`. */
export interface SegmentsRequest<Value> extends Pick<UpstreamRequest<Value>, 'operation' | 'path'> {
  /** At least one. */
  readonly segments: readonly AnswerSegment[];
  /** The query for what lies between two parts, both of them included. */
  readonly query: (first: number, last: number) => Query;
  /** The parts that such an answer holds. Errors: as in `UpstreamRequest`. */
  readonly decode: (response: UpstreamResponse, first: number, last: number) => DecodedSegments<Value>;
}

/** As `Decoded`, in parts. */
export interface DecodedSegments<Value> {
  readonly segments: readonly DecodedSegment<Value>[];
  readonly rows: number;
}

export interface DecodedSegment<Value> {
  readonly value: Value;
  /** The part of the answer's body from which `decode` would read it alone; left out: all of it. */
  readonly body?: unknown;
  /** How long this one may stand in, where that is less than was asked for. */
  readonly cache?: CachePolicy;
}

/** An answer with status 200, or 404, which can mean 'nothing here': the source knows. Every other status is an error. */
export type UpstreamResponse =
  | { readonly status: 200; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
  | { readonly status: 404 };

/** A value and how many of the vendor's rows went into it, for `extensions.upstream`. */
export interface Decoded<Value> {
  readonly value: Value;
  readonly rows: number;
  /** How long this one may stand in, where that is less than was asked for. */
  readonly cache?: CachePolicy;
}

/** A value, when it was read from the vendor, and whether it only stands in for one that could not be read now. */
export interface UpstreamAnswer<Value> {
  readonly value: Value;
  /** Milliseconds since the epoch. */
  readonly readAtMs: number;
  /** The vendor failed, and this earlier answer stands in. */
  readonly stale: boolean;
}

/** What is known of a vendor without asking it. */
export interface UpstreamHealth {
  /** null: nothing has been seen yet. */
  readonly healthy: boolean | null;
  readonly lastSuccessAtMs: number | null;
}

/** HTTP to one vendor. */
export interface Upstream {
  /**
   * Reads one answer: from the cache, from a flight already under way, or from the vendor.
   * @throws UpstreamError for every failure of the vendor's; RequestError `LIMIT_EXCEEDED` where the call budget is spent
   */
  get<Value>(request: UpstreamRequest<Value>, context: CallContext): Promise<UpstreamAnswer<Value>>;
  /**
   * Reads all parts, with one call at most, which spans those that are not kept.
   * @throws as `get`, where not every part that is missing has an earlier answer to stand in
   */
  getSegments<Value>(
    request: SegmentsRequest<Value>,
    context: CallContext,
  ): Promise<readonly UpstreamAnswer<Value>[]>;
  /** The vendor has answered a call with these credentials: they are not made up. Always so where there is one tenant. */
  hasAnswered(scope: CredentialScope): boolean;
  /** As these credentials have met the vendor; where they have not, or null, as those have that it has answered before. */
  health(scope: CredentialScope | null): UpstreamHealth;
  /** Ends the connections. */
  close(): Promise<void>;
}
