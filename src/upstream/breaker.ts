import { CircuitState, CountBreaker } from 'cockatiel';
import type { Clock } from '../base/clock.ts';

/**
 * What an attempt told of the vendor: `fault` a 5xx, a timeout or a broken connection; `fine` any other answer, a 4xx
 * as well; `unknown` where the caller left before there was one.
 */
export type Verdict = 'fault' | 'fine' | 'unknown';

/** Tells the breaker how a permitted attempt ended, or that it was not made; to be called once. */
export type Report = (verdict: Verdict | 'unsent') => void;

/** Spares a vendor that is down, and callers the wait for it. */
export interface Breaker {
  /** Asks to make one attempt; null: refused, at once. */
  permit(): Report | null;
  /** Whether `permit` would refuse now; takes nothing. */
  isRefusing(): boolean;
  isOpen(): boolean;
}

export interface BreakerOptions {
  readonly breakerOpenMs: number;
  readonly breakerWindow: number;
  readonly breakerThreshold: number;
  readonly breakerMinimum: number;
}

type State =
  | { readonly is: 'closed' }
  | { readonly is: 'open'; readonly untilMs: number }
  | { readonly is: 'probing'; readonly sinceMs: number };

/**
 * A breaker for one vendor. When to open is cockatiel's rule over the latest attempts. The states are our own: cockatiel's
 * policy reads the machine's clock, lets callers queue without a deadline behind a probe, and takes a probe whose caller
 * left for a success.
 */
export function createBreaker(clock: Clock, options: BreakerOptions): Breaker {
  const createSamples = (): CountBreaker =>
    new CountBreaker({
      threshold: options.breakerThreshold,
      size: options.breakerWindow,
      minimumNumberOfCalls: options.breakerMinimum,
    });
  let samples = createSamples();
  let state: State = { is: 'closed' };
  const reportClosed: Report = (verdict) => {
    // Attempts that began before it opened have nothing more to say.
    if (state.is !== 'closed' || verdict === 'unknown' || verdict === 'unsent') return;
    if (verdict === 'fine') samples.success(CircuitState.Closed);
    else if (samples.failure(CircuitState.Closed)) {
      state = { is: 'open', untilMs: clock.now() + options.breakerOpenMs };
    }
  };
  const isRefusing = (): boolean =>
    state.is === 'probing' || (state.is === 'open' && clock.now() < state.untilMs);
  return {
    isRefusing,
    permit() {
      if (isRefusing()) return null;
      if (state.is === 'closed') return reportClosed;
      const before = state;
      const sinceMs = clock.now();
      state = { is: 'probing', sinceMs };
      return (verdict) => {
        if (verdict === 'unsent') state = before;
        else if (verdict === 'fine') {
          samples = createSamples();
          state = { is: 'closed' };
        } else {
          // Counted from the probe's start: one probe each `breakerOpenMs`, however long it hung.
          state = { is: 'open', untilMs: sinceMs + options.breakerOpenMs };
        }
      };
    },
    isOpen: () => state.is !== 'closed',
  };
}
