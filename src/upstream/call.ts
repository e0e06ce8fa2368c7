import type { UpstreamError } from '../base/errors.ts';
import type { Verdict } from './breaker.ts';
import type { Flight } from './single-flight.ts';
import type { TransportAnswer } from './transport.ts';
import type {
  CallContext,
  Credentials,
  DecodedSegment,
  DecodedSegments,
  UpstreamRequest,
  UpstreamResponse,
} from './upstream.ts';

/** One flight's way to the vendor, on the budget of the caller who began it. */
export interface Call {
  readonly request: Pick<UpstreamRequest<unknown>, 'operation' | 'path' | 'query'> & {
    readonly decode: (response: UpstreamResponse) => DecodedSegments<unknown>;
  };
  readonly context: CallContext;
  readonly credentials: Credentials;
  readonly flight: Flight;
  /** Attempts sent so far. */
  attempts: number;
}

/** What was read, before it is given out. */
export interface DecodedAnswer {
  readonly segments: readonly DecodedSegment<unknown>[];
  /** When it was asked for: the vendor's data is at least as new. Milliseconds since the epoch. */
  readonly readAtMs: number;
  /** What they were decoded from. */
  readonly answer: TransportAnswer;
}

/** How one attempt ended; only a caller who left or an empty call budget is thrown past this. */
export type Outcome =
  | { readonly kind: 'read'; readonly verdict: 'fine'; readonly decoded: DecodedAnswer }
  | {
      readonly kind: 'failed';
      readonly verdict: Verdict;
      readonly error: UpstreamError;
      /** Asking again may help. */
      readonly retryable: boolean;
    };

/** How a call's turn ended. `turned-back`: nothing was sent, since the vendor began to be left alone meanwhile. */
export type Turn = Outcome | { readonly kind: 'turned-back' };
