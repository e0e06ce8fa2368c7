import type { Clock } from '../base/clock.ts';
import type { Source } from '../base/source.ts';
import { UpstreamError } from '../base/upstream-error.ts';
import type { Call, Reading, Turn } from './call.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { RetryTiming } from './retry-delay.ts';
import type { Tenant } from './tenants.ts';
import type { Wait } from './wait.ts';

export interface RetryOptions extends RetryTiming {
  readonly source: Source;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly wait: Wait;
  /** Whose pause and retries bind a call. */
  readonly tenantOf: (call: Call) => Pick<Tenant, 'pausedMs' | 'retries'>;
  readonly maxAttempts: number;
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
): (call: Call, once: () => Promise<Turn>) => Promise<Reading> {
  const { source, clock, random, wait, tenantOf, maxAttempts, isClosed } = options;

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

  return async (call, once) => {
    let failed = 0;
    for (;;) {
      await awaitPause(call);
      const turn = await once();
      if (turn.is === 'read') return turn.reading;
      // Not an attempt: it begins anew, where the pause or the breaker that sent it back is met first.
      if (turn.is === 'turned-back') continue;
      failed += 1;
      const { error, retryable } = turn;
      const { retryAfterMs = 0 } = error;
      const delayMs = retryAfterMs + retryDelayMs(failed, random(), options);
      if (!retryable || isClosed() || failed >= maxAttempts) throw error;
      if (clock.now() + delayMs >= call.flight.deadlineMs()) throw error;
      if (call.context.ledger.remaining() < 1 || !tenantOf(call).retries.take()) throw error;
      await wait(delayMs, call.flight.signal);
    }
  };
}
