import type { Clock } from '../base/clock.ts';

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
  | { readonly is: 'closed' }
  | { readonly is: 'open'; readonly untilMs: number }
  | { readonly is: 'probing'; readonly sinceMs: number };

/** A closed circuit. Once open, it lets one probe through each `openMs`, and is closed by the first that is answered. */
export function createCircuit(clock: Clock, openMs: number): OpenedCircuit {
  let state: State = { is: 'closed' };
  const isRefusing = (lateMs = 0): boolean =>
    state.is === 'probing' || (state.is === 'open' && clock.now() < state.untilMs + lateMs);
  return {
    isRefusing,
    permit(lateMs) {
      if (isRefusing(lateMs)) return null;
      if (state.is === 'closed') return () => {};
      const before = state;
      const sinceMs = clock.now();
      state = { is: 'probing', sinceMs };
      return (verdict) => {
        if (verdict === 'unsent') state = before;
        else if (verdict === 'fine') state = { is: 'closed' };
        // Counted from the probe's start: one probe each `openMs`, however long it hung.
        else state = { is: 'open', untilMs: sinceMs + openMs };
      };
    },
    isOpen: () => state.is !== 'closed',
    open() {
      if (state.is === 'closed') state = { is: 'open', untilMs: clock.now() + openMs };
    },
  };
}
