import type { UpstreamError } from '../base/errors.ts';
import type { Verdict } from './breaker.ts';
import type { Waiters } from './single-flight.ts';
import type { TransportAnswer } from './transport.ts';
import type {
  CallContext,
  Credentials,
  DecodedSegment,
  DecodedSegments,
  UpstreamRequest,
  UpstreamResponse,
} from './upstream.ts';

/** One call to the vendor, on the call budget of the caller who began it. */
export interface Call {
  readonly request: Pick<UpstreamRequest<unknown>, 'operation' | 'path' | 'query'> & {
    readonly decode: (response: UpstreamResponse) => DecodedSegments<unknown>;
  };
  readonly context: CallContext;
  readonly credentials: Credentials;
  readonly waiters: Waiters;
  /** Attempts sent so far. */
  attempts: number;
}

/** How one try of a call ended. `unsent`: nothing was sent, because the breaker opened or a pause began meanwhile. */
export type Turn = Outcome | { readonly kind: 'unsent' };

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
