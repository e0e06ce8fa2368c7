import { CircuitState, CountBreaker } from 'cockatiel';
import type { Clock } from '../base/time.ts';

/**
 * What an attempt told of the vendor: `fault` a 5xx, a timeout or a broken connection; `fine` any other answer, a 4xx
 * as well; `unknown` where the caller left before there was one.
 */
export type Verdict = 'fault' | 'fine' | 'unknown';

/** Tells how a permitted attempt ended, or that it was not made; to be called once. */
export type Report = (verdict: Verdict | 'unsent') => void;

/** Lets attempts through, or none but a probe from time to time. */
export interface Circuit {
  /**
   * Asks to make one attempt; null: refused, at once.
   * @param lateMs how much longer than others this caller waits before it may probe
   */
  permit(lateMs?: number): Report | null;
  /** Whether `permit` would refuse now; takes nothing. */
  isRefusing(lateMs?: number): boolean;
  isOpen(): boolean;
}

/** A circuit that others open; what opens it is not its own affair. */
export interface OpenedCircuit extends Circuit {
  open(): void;
}

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'probing'; readonly sinceMs: number };

/** A closed circuit. Once open, it lets one probe through each `openMs`, and is closed by the first that is answered. */
export function createCircuit(clock: Clock, openMs: number): OpenedCircuit {
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
        // Counted from the probe's start: one probe each `openMs`, however long it hung.
        else state = { kind: 'open', untilMs: sinceMs + openMs };
      };
    },
    isOpen: () => state.kind !== 'closed',
    open() {
      if (state.kind === 'closed') state = { kind: 'open', untilMs: clock.now() + openMs };
    },
  };
}

export interface BreakerOptions {
  readonly breakerOpenMs: number;
  readonly breakerWindow: number;
  readonly breakerThreshold: number;
  readonly breakerMinimum: number;
}

/**
 * Spares a vendor that is down, and callers the wait for it. When to open is cockatiel's rule over the latest attempts. The
 * states are our own: cockatiel's policy reads the machine's clock, lets callers queue without a deadline behind a probe,
 * and takes a probe whose caller left for a success.
 */
export function createBreaker(clock: Clock, options: BreakerOptions): Circuit {
  const circuit = createCircuit(clock, options.breakerOpenMs);
  const createSamples = (): CountBreaker =>
    new CountBreaker({
      threshold: options.breakerThreshold,
      size: options.breakerWindow,
      minimumNumberOfCalls: options.breakerMinimum,
    });
  let samples = createSamples();
  return {
    ...circuit,
    permit(lateMs) {
      const isProbe = circuit.isOpen();
      const report = circuit.permit(lateMs);
      if (!report) return null;
      return (verdict) => {
        report(verdict);
        if (isProbe) {
          if (verdict === 'fine') samples = createSamples();
          return;
        }
        // Attempts that began before it opened have nothing more to say.
        if (circuit.isOpen() || verdict === 'unknown' || verdict === 'unsent') return;
        if (verdict === 'fine') samples.success(CircuitState.Closed);
        else if (samples.failure(CircuitState.Closed)) circuit.open();
      };
    },
  };
}
