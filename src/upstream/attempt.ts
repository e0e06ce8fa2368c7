import { attemptChannel } from '../base/channels.ts';
import type { AttemptNews } from '../base/channels.ts';
import { UpstreamError } from '../base/errors.ts';
import type { UpstreamCode } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Source } from '../base/source.ts';
import type { Clock } from '../base/time.ts';
import { badResponse, judgeAnswer, judgeFailure } from './judgement.ts';
import { TransportFailure } from './transport.ts';
import type { Transport } from './transport.ts';
import type { Call, Outcome, Query } from './upstream.ts';

/** How one attempt went, without any value: for logs and measurements. */
export interface AttemptReport {
  readonly source: Source;
  /** The vendor's path template. */
  readonly operation: string;
  /** From 1, within one call. */
  readonly attempt: number;
  /** The vendor's HTTP status; null: none came. */
  readonly status: number | null;
  /** Why it failed; null: it did not. */
  readonly code: UpstreamCode | null;
  readonly ms: number;
  /** How long it waited since it was asked for, or since the attempt before: for a pause, a turn, credentials. */
  readonly waitedMs: number;
  /** Rows in the answer. */
  readonly rows: number;
  /** Decoded body bytes of a complete answer. */
  readonly bytes: number;
}

export interface AttemptOptions {
  readonly source: Source;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly attemptTimeoutMs: number;
  /** A longer `Retry-After` is cut to this. */
  readonly maxPauseMs: number;
  /** Called when an attempt has ended, unless its caller left. Must not throw. */
  readonly onAttempt: ((report: AttemptReport) => void) | undefined;
  /** Called when the first attempt of a call is sent. */
  readonly onFirstAttempt: (call: Call) => void;
}

// If an attempt had less time, its timeout says nothing about the vendor.
const LEAST_TIME_TO_JUDGE_MS = 250;

/**
 * Makes a function that sends one HTTP request. Before, it takes one call from the call budget, for each attempt anew. After, it
 * judges and decodes the answer.
 * @returns a function that throws RequestError `LIMIT_EXCEEDED` if the call budget is spent, and the signal's reason if the
 *   caller left
 */
export function createAttempt(
  options: AttemptOptions,
): (call: Call, authorization: Secret) => Promise<Outcome> {
  const { source, clock, transport, attemptTimeoutMs, maxPauseMs, onAttempt, onFirstAttempt } = options;
  const send = async (call: Call, authorization: Secret, news: AttemptNews): Promise<Outcome> => {
    const { request, context, waiters } = call;
    const { operation } = request;
    const { signal } = waiters;
    const target = encodeTarget(request.path, request.query);
    const startMs = clock.now();

    const settle = (outcome: Outcome, status: number | null, rows: number, bytes: number): Outcome => {
      const ms = clock.now() - startMs;
      context.callBudget.record(source, operation, { rows, bytes, ms });
      const code = outcome.kind === 'failed' ? outcome.error.code : null;
      const { attempt, waitedMs } = news;
      news.report = { status, code, rows, bytes };
      onAttempt?.({ source, operation, attempt, status, code, ms, waitedMs, rows, bytes });
      return outcome;
    };
    const asked = { source, operation };
    const termsNow = () => ({ nowMs: clock.now(), maxPauseMs, authorization });
    try {
      const answer = await transport.get({
        target,
        authorization: authorization.reveal(),
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
            : badResponse(asked, "The vendor's answer does not have the documented shape.", status, cause);
        return settle(failed, status, 0, bytes);
      }
    } catch (cause) {
      const hadTime = clock.now() - startMs >= Math.min(attemptTimeoutMs, LEAST_TIME_TO_JUDGE_MS);
      if (cause instanceof TransportFailure) {
        const failure = judgeFailure(cause, asked, termsNow());
        const isTimeout = failure.error.code === 'UPSTREAM_TIMEOUT';
        const verdict = isTimeout && !hadTime ? 'unknown' : failure.verdict;
        return settle({ ...failure, verdict }, cause.status ?? null, 0, 0);
      }
      // The last waiter's deadline has passed: nobody waits for the outcome, but the vendor was slow.
      if (cause instanceof UpstreamError && cause.code === 'UPSTREAM_TIMEOUT') {
        const verdict = hadTime ? 'fault' : 'unknown';
        return settle({ kind: 'failed', error: cause, verdict, retryable: false }, null, 0, 0);
      }
      throw cause;
    } finally {
      call.waitingSinceMs = clock.now();
    }
  };
  return (call, authorization) => {
    const { request, context, waiters } = call;
    const { operation } = request;
    waiters.signal.throwIfAborted();
    context.callBudget.spend(source, operation);
    call.attempts += 1;
    if (call.attempts === 1) onFirstAttempt(call);
    const { attempts: attempt, verdict } = call;
    const waitedMs = clock.now() - call.waitingSinceMs;
    const news: AttemptNews = { source, operation, attempt, verdict, waitedMs, report: null };
    return attemptChannel.hasSubscribers
      ? attemptChannel.tracePromise(() => send(call, authorization, news), news)
      : send(call, authorization, news);
  };
}

// The parts of a path: unreserved and sub-delimiter characters or percent-encoded bytes (RFC 3986 3.3). No part is `.` or `..`,
// plain or as `%2e`, because these lead to another path; encodeURIComponent leaves `..` as it is.
const PATH = /^(?:\/(?!(?:\.|%2e){1,2}(?:\/|$))(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-f]{2})+)+$/i;

/**
 * The path and query of a request, below the base URL. Only this function encodes the values of a query, so that no value
 * can end its parameter.
 * @throws TypeError for a path that is not made of encoded parts
 */
export function encodeTarget(path: string, query: Query): string {
  if (!PATH.test(path)) throw new TypeError('A vendor path must be made of plain, encoded parts.');
  const pairs = query.map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
