import type { Clock } from '../../base/time.ts';
import { createBreaker } from '../breaker.ts';

/** Runs one store operation. null: it failed, took longer than `ms`, or was not tried. Never rejects. */
export type RedisGuard = <Value>(work: () => Promise<Value>, ms: number) => Promise<Value | null>;

export interface RedisGuardOptions {
  readonly clock: Clock;
  /** Called once when operations begin to fail, and not again until one has worked. Must not throw. */
  readonly onTrouble?: () => void;
}

// Opens if more than half of the latest ten operations failed. Then one operation in five seconds is tried.
const RULE = { breakerOpenMs: 5_000, breakerWindow: 10, breakerThreshold: 0.5, breakerMinimum: 3 };

/** A breaker and a timeout around the operations of a store, so that a slow or missing store soon costs no time. */
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

/** Times out in four steps, so that a blocked event loop is not mistaken for a slow store. */
function within<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const wait = (steps: number): void => {
      timer = setTimeout(() => {
        if (steps > 1) wait(steps - 1);
        // What has arrived during the last step is read before `setImmediate`.
        else setImmediate(() => reject(new Error('The store did not answer in time.')));
      }, ms / STEPS);
    };
    wait(STEPS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
