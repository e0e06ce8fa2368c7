import type { AbortSignalLike } from '../base/abort.ts';
import type { CredentialScope } from '../base/credential-scope.ts';
import type { UpstreamError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Verdict } from './breaker.ts';
import type { CallBudget } from './call-budget.ts';
import type { Waiters } from './single-flight.ts';
import type { TransportAnswer } from './transport.ts';

/** HTTP to one vendor. */
export interface Upstream {
  /**
   * Reads one answer: from the cache, from a call that already runs, or from the vendor.
   * @throws UpstreamError for every failure of the vendor; RequestError `LIMIT_EXCEEDED` if the call budget is spent
   */
  get<Value>(request: UpstreamRequest<Value>, context: CallContext): Promise<UpstreamAnswer<Value>>;
  /**
   * Reads all segments. It makes at most one call, which spans those that are not cached.
   * @throws as `get`, unless every missing segment has an earlier answer that may be served stale
   */
  getSegments<Value>(
    request: SegmentsRequest<Value>,
    context: CallContext,
  ): Promise<readonly UpstreamAnswer<Value>[]>;
  /**
   * Whether the vendor has answered a call with these credentials, which proves that they are real. Always true if the
   * service has its own credentials.
   */
  hasAnswered(scope: CredentialScope): boolean;
  /**
   * The vendor's health, as calls with these credentials have shown it. If they have shown nothing, or for null: as calls
   * with credentials that the vendor has answered have shown it.
   */
  health(scope: CredentialScope | null): UpstreamHealth;
  /** What is under way now, for those who watch the service. */
  readonly state: () => UpstreamState;
  /** Ends the connections. */
  close(): Promise<void>;
}

/** What the limits on calls to one vendor do at the moment. */
export interface UpstreamState {
  /** Attempts that run, and calls that wait for their turn. */
  readonly running: number;
  readonly waiting: number;
  readonly maxConcurrency: number;
  /** Breakers that are open: one for each tenant, and one that binds all. */
  readonly openBreakers: number;
  /** The longest pause that binds anybody, in milliseconds; 0: none. */
  readonly pausedMs: number;
}

/** What an operation passes to every call that it makes. */
export interface CallContext {
  /** The credentials to call with; null: this caller has none for this source. */
  readonly credentials: Credentials | null;
  /** Aborts when the caller has left or the operation's deadline has passed. */
  readonly signal: AbortSignalLike;
  /** The operation's deadline, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly callBudget: CallBudget;
  /** The greatest age of an answer that this caller takes, in milliseconds; null: as its cache policy says; 0: none is cached. */
  readonly maxAgeMs: number | null;
  /** Its answers are not cached, because nobody asks for them again. Left out: they are. */
  readonly isReadOnce?: boolean;
}

/** The credentials for one source. Keys contain the scope, never the secrets. */
export interface Credentials {
  readonly scope: CredentialScope;
  /**
   * The value of the `authorization` header. `rejected` is a value that the vendor has just refused with a 401: credentials
   * that can be renewed are then renewed, others are given back unchanged. A promise is given only if somebody must be asked. Never
   * throws; the promise may reject.
   */
  authorization(signal: AbortSignalLike, rejected?: Secret): Secret | Promise<Secret>;
  /** The vendor has answered a call that was sent with this value. Missing if nothing can be renewed. */
  accepted?(authorization: Secret): void;
}

/** One GET. If operation, path and query are equal, `decode` must be equal: such requests share one call and one cache entry. */
export interface UpstreamRequest<Value> {
  /** The vendor operation: its path template, such as `/usage/{id}`, for logs, coverage and errors. */
  readonly operation: string;
  /** The path below the source's base URL, its parts checked and encoded: `/usage/53e6`. */
  readonly path: string;
  /** Part of the cache key. */
  readonly query: Query;
  readonly cache: CachePolicy;
  /**
   * Turns the vendor's answer into our value. Callers share the value, so it must not be changed later. Thrown errors become
   * `UPSTREAM_BAD_RESPONSE` (an `UpstreamError` stays as it is) and are never cached.
   */
  readonly decode: (response: UpstreamResponse) => Decoded<Value>;
}

/** One GET for consecutive segments, each cached for its own time. Indices are those of `segments`. */
export interface SegmentsRequest<Value> extends Pick<UpstreamRequest<Value>, 'operation' | 'path'> {
  /** At least one. */
  readonly segments: readonly AnswerSegment[];
  /** The query for the segments from `first` to `last`, both included. */
  readonly query: (first: number, last: number) => Query;
  /** The segments of the answer to such a query. Errors: as in `UpstreamRequest`. */
  readonly decode: (response: UpstreamResponse, first: number, last: number) => DecodedSegments<Value>;
}

/** One segment of a request: the key of its cache entry, and how long that is served. */
export interface AnswerSegment {
  /** Identifies the segment under its operation and path: equal keys mean equal segments. */
  readonly key: readonly string[];
  /**
   * Keys of entries that contain this segment too, as far as it had passed when they were read; the best first. If the vendor fails,
   * one of them may be served stale.
   */
  readonly fallbackKeys?: readonly (readonly string[])[];
  readonly cache: CachePolicy;
}

/**
 * The parameters of a query, in the order in which they are sent. A source always writes them in the same order, because they are
 * a part of keys.
 */
export type Query = readonly (readonly [name: string, value: string])[];

/** How long an answer is cached. */
export interface CachePolicy {
  /** How long it is served instead of a call, in milliseconds; 0: never. */
  readonly freshMs: number;
  /** How long it is served, marked stale, if the vendor fails, in milliseconds; 0: never. */
  readonly staleIfErrorMs: number;
}

/** An answer with status 200, or 404, which may mean 'nothing here': the source decides. Other statuses are errors. */
export type UpstreamResponse =
  | { readonly status: 200; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
  | { readonly status: 404 };

export interface Decoded<Value> {
  readonly value: Value;
  /** How many of the vendor's rows the answer has, for `extensions.upstream`. */
  readonly rows: number;
  /** A shorter policy than the one that was asked for. */
  readonly cache?: CachePolicy;
}

export interface DecodedSegments<Value> {
  readonly segments: readonly DecodedSegment<Value>[];
  /** How many of the vendor's rows the answer has, for `extensions.upstream`. */
  readonly rows: number;
}

export interface DecodedSegment<Value> {
  readonly value: Value;
  /** The part of the answer's body from which `decode` can read this segment alone, made when it is read. Missing: the whole body. */
  readonly body?: unknown;
  /** A shorter policy than the one that was asked for. */
  readonly cache?: CachePolicy;
}

export interface UpstreamAnswer<Value> {
  readonly value: Value;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly readAtMs: number;
  /** Whether it is an earlier answer, served because the vendor failed. */
  readonly stale: boolean;
  readonly origin: AnswerOrigin;
}

/** `VENDOR`: a call for this answer, or one that already ran and was shared. `CACHE`: an earlier answer, whether fresh or stale. */
export type AnswerOrigin = 'VENDOR' | 'CACHE';

/** What is known about a vendor without a call. */
export interface UpstreamHealth {
  /** null: nothing is known yet. */
  readonly healthy: boolean | null;
  readonly lastSuccessAtMs: number | null;
}

/** One call to the vendor, on the call budget of the caller who began it. */
export interface Call {
  readonly request: Pick<UpstreamRequest<unknown>, 'operation' | 'path' | 'query'> & {
    readonly decode: (response: UpstreamResponse) => DecodedSegments<unknown>;
  };
  readonly context: CallContext;
  readonly credentials: Credentials;
  readonly waiters: Waiters;
  /** Whether the answer was not cached, or the caller takes none from a cache. */
  readonly verdict: 'miss' | 'bypass';
  /** Attempts sent so far. */
  attempts: number;
  /** When it was asked for, or its last attempt ended, in milliseconds since the epoch. */
  waitingSinceMs: number;
}

/**
 * How one try of a call ended; a try has two attempts at most. `unsent`: nothing was sent, because the breaker opened or a pause
 * began meanwhile.
 */
export type TryOutcome = Outcome | { readonly kind: 'unsent' };

/** How one attempt ended. Only a caller who left or a spent call budget is thrown instead. */
export type Outcome =
  | { readonly kind: 'read'; readonly verdict: 'fine'; readonly decoded: DecodedAnswer }
  | FailedAttempt;

export interface FailedAttempt {
  readonly kind: 'failed';
  readonly verdict: Verdict;
  readonly error: UpstreamError;
  /** Whether another attempt may help. */
  readonly retryable: boolean;
}

export interface DecodedAnswer {
  readonly segments: readonly DecodedSegment<unknown>[];
  /** When the attempt began, in milliseconds since the epoch. The vendor's data is at least as new. */
  readonly readAtMs: number;
  /** The answer that the segments were decoded from. */
  readonly answer: TransportAnswer;
}
