import type { Clock } from '../base/clock.ts';
import { createBreaker } from './breaker.ts';

export interface StoreGuardOptions {
  readonly clock: Clock;
  /** The store has begun to fail and is left alone. Told once, until it works again. Must not throw. */
  readonly onTrouble?: () => void;
}

/** Asks a store for something. @returns null where that fails, takes longer than `ms`, or is not tried. Never rejects. */
export type StoreGuard = <Value>(work: () => Promise<Value>, ms: number) => Promise<Value | null>;

// More than half of the latest ten operations fail: then it is asked once in five seconds whether it is back.
const RULE = { breakerOpenMs: 5_000, breakerWindow: 10, breakerThreshold: 0.5, breakerMinimum: 3 };

/** Stands before a store that may be slow or gone: it soon costs nothing at all. */
export function createStoreGuard({ clock, onTrouble }: StoreGuardOptions): StoreGuard {
  const breaker = createBreaker(clock, RULE);
  let isTroubled = false;
  return async (work, ms) => {
    const report = breaker.permit();
    if (!report) return null;
    try {
      const value = await within(work(), ms);
      report('fine');
      if (!breaker.isOpen()) isTroubled = false;
      return value;
    } catch {
      report('fault');
      if (breaker.isOpen() && !isTroubled) {
        isTroubled = true;
        onTrouble?.();
      }
      return null;
    }
  };
}

function within<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // An answer that has come while this process was busy is still taken: it is read before `setImmediate`.
      setImmediate(() => reject(new Error('The store did not answer in time.')));
    }, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
