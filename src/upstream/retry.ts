import type { AbortSignalLike } from '../base/abort.ts';
import { UpstreamError } from '../base/errors.ts';
import type { Source } from '../base/source.ts';
import type { Clock } from '../base/time.ts';
import { ATTEMPTS_PER_TRY } from './limits.ts';
import type { Tenant } from './tenants.ts';
import type { Call, DecodedAnswer, TryOutcome } from './upstream.ts';

export interface RetryOptions extends RetryTiming {
  readonly source: Source;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly wait: Wait;
  /** The tenant whose pause and retry budget apply to a call. */
  readonly tenantOf: (call: Call) => Pick<Tenant, 'pausedMs' | 'retries'>;
  /** How often one call is tried at most, the first time included. */
  readonly maxTries: number;
  /** Whether the upstream is being closed. Then nothing is retried. */
  readonly isClosed: () => boolean;
}

/**
 * Tries a call until there is an answer, or until another try would not help or is not allowed: by the kind of failure, the
 * number of tries, the retry budget, the call budget or the deadline. A wait holds no place under the concurrency limit.
 * Every call is a GET, so a second one changes nothing at the vendor.
 */
export function createRetry(
  options: RetryOptions,
): (call: Call, once: (call: Call) => Promise<TryOutcome>) => Promise<DecodedAnswer> {
  const { source, clock, random, wait, tenantOf, maxTries, isClosed } = options;

  /** Also before the first try, because a pause binds all calls. Fails at once if the pause outlasts the deadline. */
  const awaitPause = async (call: Call): Promise<void> => {
    const { request, waiters } = call;
    const tenant = tenantOf(call);
    for (let leftMs = tenant.pausedMs(); leftMs > 0; leftMs = tenant.pausedMs()) {
      if (clock.now() + leftMs >= waiters.deadlineMs()) {
        throw new UpstreamError({
          code: 'UPSTREAM_RATE_LIMITED',
          source,
          operation: request.operation,
          message: 'The vendor has asked for a pause that outlasts this request.',
          retryAfterMs: leftMs,
        });
      }
      // With jitter, so that calls that waited for the same pause do not all go out at its end.
      await wait(leftMs + retryDelayMs(1, random(), options), waiters.signal);
    }
  };
  const outOfAttempts = ({ request: { operation } }: Call): UpstreamError =>
    new UpstreamError({
      code: 'UPSTREAM_UNAVAILABLE',
      source,
      operation,
      message:
        'This call has used all its attempts, and the vendor has failed or asked for a pause meanwhile.',
    });

  return async (call, once) => {
    let failed = 0;
    for (;;) {
      if (tenantOf(call).pausedMs() > 0) await awaitPause(call);
      const turn = await once(call);
      if (turn.kind === 'read') return turn.decoded;
      // Does not count as failed: the next try meets the pause or the breaker first.
      if (turn.kind === 'unsent') {
        // The try may have sent one attempt before, which got a 401.
        if (call.attempts + ATTEMPTS_PER_TRY > maxTries * ATTEMPTS_PER_TRY) throw outOfAttempts(call);
        continue;
      }
      failed += 1;
      const { error, retryable } = turn;
      const { retryAfterMs = 0 } = error;
      const delayMs = retryAfterMs + retryDelayMs(failed, random(), options);
      if (!retryable || isClosed() || failed >= maxTries) throw error;
      if (clock.now() + delayMs >= call.waiters.deadlineMs()) throw error;
      if (call.context.callBudget.remaining() < 1 || !tenantOf(call).retries.take()) throw error;
      await wait(delayMs, call.waiters.signal);
    }
  };
}

/** How the waits before retries grow, in milliseconds. */
export interface RetryTiming {
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
}

/**
 * The wait after the `failed`-th failed try (from 1). It has full jitter, so that callers who failed together do not retry
 * together. `random` is in [0, 1).
 */
export function retryDelayMs(failed: number, random: number, timing: RetryTiming): number {
  const ceiling = Math.min(timing.retryMaxMs, timing.retryBaseMs * 2 ** (failed - 1));
  return Math.floor(random * ceiling);
}

/** Resolves after `ms` milliseconds. Rejects with the signal's reason if it aborts before. */
export type Wait = (ms: number, signal: AbortSignalLike) => Promise<void>;

export const systemWait: Wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
