import { UpstreamError } from '../base/errors.ts';
import type { UpstreamCode } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Source } from '../base/source.ts';
import type { Clock } from '../base/time.ts';
import type { Call, Outcome } from './call.ts';
import { badResponse, judgeAnswer, judgeFailure } from './judgement.ts';
import { TransportFailure } from './transport.ts';
import type { Transport } from './transport.ts';

/** What one attempt was and how it went, without a value of anybody's: for logs and measurements. */
export interface AttemptReport {
  readonly source: Source;
  readonly operation: string;
  /** From 1, within one call. */
  readonly attempt: number;
  /** The vendor's HTTP status; null where none came. */
  readonly status: number | null;
  /** Why it failed; null where it did not. */
  readonly code: UpstreamCode | null;
  readonly ms: number;
  /** Decoded body bytes of a complete answer. */
  readonly bytes: number;
}

export interface AttemptOptions {
  readonly source: Source;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly attemptTimeoutMs: number;
  /** The longest `Retry-After` that is believed. */
  readonly maxPauseMs: number;
  /** Called when an attempt has ended, unless its caller left. Must not throw. */
  readonly onAttempt: ((report: AttemptReport) => void) | undefined;
  /** A call is sent for the first time. */
  readonly onFirst: (call: Call) => void;
}

// A caller with next to no time left says nothing about the vendor by not being answered in it.
const TELLING_MS = 250;

/**
 * One real request: charged to the caller's budget before it is sent, judged and decoded after.
 * @returns a function that throws RequestError `LIMIT_EXCEEDED` where the budget is spent, and the signal's reason where
 *   the caller left
 */
export function createAttempt(
  options: AttemptOptions,
): (call: Call, authorization: Secret) => Promise<Outcome> {
  const { source, clock, transport, attemptTimeoutMs, maxPauseMs, onAttempt, onFirst } = options;
  return async (call, authorization) => {
    const { request, context, flight } = call;
    const { operation } = request;
    const target = encodeTarget(request.path, request.query);
    const startMs = clock.now();
    flight.signal.throwIfAborted();
    context.callBudget.spend(source, operation);
    call.attempts += 1;
    if (call.attempts === 1) onFirst(call);

    const settle = (outcome: Outcome, status: number | null, rows: number, bytes: number): Outcome => {
      const ms = clock.now() - startMs;
      context.callBudget.record(source, operation, { rows, bytes, ms });
      const code = outcome.kind === 'failed' ? outcome.error.code : null;
      onAttempt?.({ source, operation, attempt: call.attempts, status, code, ms, bytes });
      return outcome;
    };
    const asked = { source, operation };
    const termsNow = () => ({ nowMs: clock.now(), maxPauseMs, authorization });
    try {
      const authorizationValue = authorization.reveal();
      const { signal } = flight;
      const answer = await transport.get({
        target,
        authorization: authorizationValue,
        timeoutMs: attemptTimeoutMs,
        signal,
      });
      const { status, body } = answer;
      const bytes = body.length;
      const judgement = judgeAnswer(answer, asked, termsNow());
      if (judgement.kind === 'failed') return settle(judgement, status, 0, bytes);
      try {
        const { segments, rows } = request.decode(judgement.response);
        const decoded = { segments, readAtMs: startMs, answer };
        return settle({ kind: 'read', verdict: 'fine', decoded }, status, rows, bytes);
      } catch (cause) {
        const failed =
          cause instanceof UpstreamError
            ? ({ kind: 'failed', error: cause, verdict: 'fine', retryable: false } as const)
            : badResponse(
                asked,
                'The vendor’s answer does not have the shape that it documents.',
                status,
                cause,
              );
        return settle(failed, status, 0, bytes);
      }
    } catch (cause) {
      const isTelling = clock.now() - startMs >= Math.min(attemptTimeoutMs, TELLING_MS);
      if (cause instanceof TransportFailure) {
        const failure = judgeFailure(cause, asked, termsNow());
        const isSlow = failure.error.code === 'UPSTREAM_TIMEOUT';
        const verdict = isSlow && !isTelling ? 'unknown' : failure.verdict;
        return settle({ ...failure, verdict }, cause.status ?? null, 0, 0);
      }
      // The last waiter's deadline came first: nobody listens any more, and yet it was the vendor's slowness.
      if (cause instanceof UpstreamError && cause.code === 'UPSTREAM_TIMEOUT') {
        const verdict = isTelling ? 'fault' : 'unknown';
        return settle({ kind: 'failed', error: cause, verdict, retryable: false }, null, 0, 0);
      }
      throw cause;
    }
  };
}

// A path segment: unreserved and sub-delimiter characters or percent-encoded bytes (RFC 3986 3.3), and no `.` or `..`,
// which would name another path even where they came out of encodeURIComponent.
const PATH = /^(?:\/(?!(?:\.|%2e){1,2}(?:\/|$))(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-f]{2})+)+$/i;

/**
 * The request target below a base URL. Values are encoded here and nowhere else, so that none can end its parameter.
 * @throws TypeError for a path that no source should have built
 */
export function encodeTarget(
  path: string,
  query: readonly (readonly [name: string, value: string])[],
): string {
  if (!PATH.test(path)) throw new TypeError('A vendor path must be made of plain, encoded segments.');
  let target = path;
  let separator = '?';
  for (const [name, value] of query) {
    target += `${separator}${encodePart(name)}=${encodePart(value)}`;
    separator = '&';
  }
  return target;
}

function encodePart(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
