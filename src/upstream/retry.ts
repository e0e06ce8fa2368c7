import { UpstreamError } from '../base/errors.ts';
import type { Source } from '../base/source.ts';
import type { Clock } from '../base/time.ts';
import type { Call, DecodedAnswer, Turn } from './call.ts';
import { ATTEMPTS_PER_TRY } from './limits.ts';
import type { Tenant } from './tenants.ts';

export interface RetryOptions extends RetryTiming {
  readonly source: Source;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly wait: Wait;
  /** Whose pause and retries bind a call. */
  readonly tenantOf: (call: Call) => Pick<Tenant, 'pausedMs' | 'retries'>;
  /** How often one call is tried at most, the first time included. */
  readonly maxTries: number;
  /** The upstream is being closed: nothing is asked again. */
  readonly isClosed: () => boolean;
}

/**
 * Asks until there is an answer, or asking again would not help: the failure is of another kind, the attempts, the
 * retry budget, the caller's call budget or the time is spent. Waits hold nothing but the caller's patience.
 * Every call here is a GET, so asking twice changes nothing at the vendor.
 */
export function createRetry(
  options: RetryOptions,
): (call: Call, once: () => Promise<Turn>) => Promise<DecodedAnswer> {
  const { source, clock, random, wait, tenantOf, maxTries, isClosed } = options;

  /** Also before a first attempt: a pause binds all calls of a tenant. Refuses at once where it outlasts the deadline. */
  const awaitPause = async (call: Call): Promise<void> => {
    const { request, flight } = call;
    const tenant = tenantOf(call);
    for (let leftMs = tenant.pausedMs(); leftMs > 0; leftMs = tenant.pausedMs()) {
      if (clock.now() + leftMs >= flight.deadlineMs()) {
        throw new UpstreamError({
          code: 'UPSTREAM_RATE_LIMITED',
          source,
          operation: request.operation,
          message: 'The vendor has asked for a pause that outlasts this request.',
          retryAfterMs: leftMs,
        });
      }
      // Those who waited for the same pause spread out behind it.
      await wait(leftMs + retryDelayMs(1, random(), options), flight.signal);
    }
  };

  const turnedBack = ({ request: { operation } }: Call): UpstreamError =>
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
      await awaitPause(call);
      const turn = await once();
      if (turn.kind === 'read') return turn.decoded;
      // This try is not counted: the next one meets the pause or the breaker first.
      if (turn.kind === 'turned-back') {
        // It may still have sent an attempt that got a 401, and these must not add up.
        if (call.attempts + ATTEMPTS_PER_TRY > maxTries * ATTEMPTS_PER_TRY) throw turnedBack(call);
        continue;
      }
      failed += 1;
      const { error, retryable } = turn;
      const { retryAfterMs = 0 } = error;
      const delayMs = retryAfterMs + retryDelayMs(failed, random(), options);
      if (!retryable || isClosed() || failed >= maxTries) throw error;
      if (clock.now() + delayMs >= call.flight.deadlineMs()) throw error;
      if (call.context.callBudget.remaining() < 1 || !tenantOf(call).retries.take()) throw error;
      await wait(delayMs, call.flight.signal);
    }
  };
}

/** How the waits before retries grow, in milliseconds. */
export interface RetryTiming {
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
}

/**
 * The wait after the `failed`-th failed attempt (from 1): full jitter, so that callers who failed together do not come
 * back together. `random` is in [0, 1).
 */
export function retryDelayMs(failed: number, random: number, timing: RetryTiming): number {
  const ceiling = Math.min(timing.retryMaxMs, timing.retryBaseMs * 2 ** (failed - 1));
  return Math.floor(random * ceiling);
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason where that comes first. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Waits by the machine's timers. */
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
