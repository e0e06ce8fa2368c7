import type { Clock } from '../base/time.ts';
import { createBreaker } from './breaker.ts';
import type { Breaker, BreakerOptions } from './breaker.ts';
import { createVendorPause } from './pause.ts';
import type { VendorPause } from './pause.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { RetryBudget, RetryEarnings } from './retry-budget.ts';
import type { Outcome, UpstreamHealth } from './upstream.ts';

/** What one tenant's calls have shown about the vendor, and what they may still do. */
export interface VendorState {
  readonly pause: VendorPause;
  readonly breaker: Breaker;
  readonly retries: RetryBudget;
  readonly health: VendorHealth;
}

export interface VendorStateOptions extends BreakerOptions, RetryEarnings {}

export function createVendorState(clock: Clock, options: VendorStateOptions): VendorState {
  return {
    pause: createVendorPause(clock),
    breaker: createBreaker(clock, options),
    retries: createRetryBudget(clock, options),
    health: createVendorHealth(clock),
  };
}

export interface VendorHealth {
  /** An attempt has ended. */
  note(outcome: Outcome): void;
  /** @param isAvoided the breaker is open or the vendor has asked for a pause, so it counts as unhealthy */
  read(isAvoided: boolean): UpstreamHealth;
}

/**
 * The health that the latest attempt shows. A 4xx shows nothing, because it is about one request or one set of credentials: a
 * wrong password of one tenant must not make the vendor look unhealthy to others.
 */
export function createVendorHealth(clock: Clock): VendorHealth {
  let healthy: boolean | null = null;
  let lastSuccessAtMs: number | null = null;
  return {
    note(outcome) {
      if (outcome.kind === 'read') {
        healthy = true;
        lastSuccessAtMs = clock.now();
      } else if (outcome.verdict === 'fault' || outcome.error.code === 'UPSTREAM_BAD_RESPONSE')
        healthy = false;
    },
    read: (isAvoided) => ({ healthy: isAvoided ? false : healthy, lastSuccessAtMs }),
  };
}

/** The pause that the vendor asked for with this outcome, in milliseconds; 0: none. */
export function pauseIn(outcome: Outcome): number {
  return outcome.kind === 'failed' ? (outcome.error.retryAfterMs ?? 0) : 0;
}
