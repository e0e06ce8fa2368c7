import type { Clock } from '../base/time.ts';

/**
 * What an attempt says about the vendor. `fault`: a 5xx, a timeout or a broken connection. `fine`: any other answer, a 4xx
 * included. `unknown`: the caller left before the vendor answered.
 */
export type Verdict = 'fault' | 'fine' | 'unknown';

/** Reports how a permitted attempt ended, or that it was not sent. Call it once. */
export type Report = (verdict: Verdict | 'unsent') => void;

/** A circuit breaker. Closed, it permits all attempts; open, it permits one probe from time to time. */
export interface Breaker {
  /**
   * Asks for permission to make one attempt. null: refused, at once.
   * @param lateMs how much longer this caller waits than others before it may probe
   */
  permit(lateMs?: number): Report | null;
  /** Whether `permit` would refuse now. Changes nothing. */
  isRefusing(lateMs?: number): boolean;
  isOpen(): boolean;
}

export interface BreakerOptions {
  readonly breakerOpenMs: number;
  readonly breakerWindow: number;
  readonly breakerThreshold: number;
  readonly breakerMinimum: number;
}

/**
 * A breaker that opens if more than a share of `breakerThreshold` of the latest `breakerWindow` attempts are faults, and if
 * it has seen at least `breakerMinimum` attempts.
 */
export function createBreaker(clock: Clock, options: BreakerOptions): Breaker {
  const { breakerThreshold, breakerMinimum, breakerWindow } = options;
  const breaker = createManualBreaker(clock, options.breakerOpenMs);
  let latest: ('fault' | 'fine')[] = [];
  const hasTooManyFaults = (): boolean => {
    const faults = latest.filter((verdict) => verdict === 'fault').length;
    return latest.length >= breakerMinimum && faults > breakerThreshold * latest.length;
  };
  return {
    ...breaker,
    permit(lateMs) {
      const isProbe = breaker.isOpen();
      const report = breaker.permit(lateMs);
      if (!report) return null;
      return (verdict) => {
        report(verdict);
        if (isProbe) {
          if (verdict === 'fine') latest = [];
          return;
        }
        // An attempt that began before the breaker opened changes nothing any more.
        if (breaker.isOpen() || verdict === 'unknown' || verdict === 'unsent') return;
        latest.push(verdict);
        if (latest.length > breakerWindow) latest.shift();
        if (verdict === 'fault' && hasTooManyFaults()) breaker.open();
      };
    },
  };
}

/** A breaker that its owner opens. */
export interface ManualBreaker extends Breaker {
  open(): void;
}

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'probing'; readonly sinceMs: number };

/** A closed breaker. While it is open, it permits one probe every `openMs`; the first probe that is answered closes it. */
export function createManualBreaker(clock: Clock, openMs: number): ManualBreaker {
  let state: State = { kind: 'closed' };
  const isRefusing = (lateMs = 0): boolean =>
    state.kind === 'probing' || (state.kind === 'open' && clock.now() < state.untilMs + lateMs);
  return {
    isRefusing,
    permit(lateMs) {
      if (isRefusing(lateMs)) return null;
      if (state.kind === 'closed') return () => {};
      const before = state;
      const sinceMs = clock.now();
      state = { kind: 'probing', sinceMs };
      return (verdict) => {
        if (verdict === 'unsent') state = before;
        else if (verdict === 'fine') state = { kind: 'closed' };
        // Counted from the start of the probe, so that a probe that hangs does not delay the next one.
        else state = { kind: 'open', untilMs: sinceMs + openMs };
      };
    },
    isOpen: () => state.kind !== 'closed',
    open() {
      if (state.kind === 'closed') state = { kind: 'open', untilMs: clock.now() + openMs };
    },
  };
}
