import { CircuitState, CountBreaker } from 'cockatiel';
import type { Clock } from '../base/clock.ts';
import { createCircuit } from './circuit.ts';
import type { Circuit } from './circuit.ts';

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
