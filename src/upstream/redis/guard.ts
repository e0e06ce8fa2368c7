import type { Clock } from '../../base/time.ts';
import { createBreaker } from '../breaker.ts';

export interface RedisGuardOptions {
  readonly clock: Clock;
  /** The store has begun to fail and is left alone. Told once, until it works again. Must not throw. */
  readonly onTrouble?: () => void;
}

/** Asks a store for something. @returns null where that fails, takes longer than `ms`, or is not tried. Never rejects. */
export type RedisGuard = <Value>(work: () => Promise<Value>, ms: number) => Promise<Value | null>;

// More than half of the latest ten operations fail: then it is asked once in five seconds whether it is back.
const RULE = { breakerOpenMs: 5_000, breakerWindow: 10, breakerThreshold: 0.5, breakerMinimum: 3 };

/** Stands before a store that may be slow or gone: it soon costs nothing at all. */
export function createRedisGuard({ clock, onTrouble }: RedisGuardOptions): RedisGuard {
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

const STEPS = 4;

/**
 * In steps, of which the time counts in which this process listens: while it is busy it hears nobody, and a large answer is
 * heard in several pieces.
 */
function within<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const wait = (steps: number): void => {
      timer = setTimeout(() => {
        if (steps > 1) wait(steps - 1);
        // What has come during the last step is read before `setImmediate`.
        else setImmediate(() => reject(new Error('The store did not answer in time.')));
      }, ms / STEPS);
    };
    wait(STEPS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
