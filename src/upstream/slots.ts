import type { Clock } from '../base/clock.ts';

/** Bounds how many attempts are under way at one vendor. */
export interface Slots {
  /**
   * Runs `work` in a slot, waiting for one in order of arrival. Rejects with `tooBusy()` where the queue is full or would
   * not come round in time, and with the signal's reason where the caller leaves while waiting.
   */
  run<Value>(waiter: SlotWaiter, work: () => Promise<Value>): Promise<Value>;
}

export interface SlotWaiter {
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly tooBusy: () => Error;
}

export interface SlotsOptions {
  readonly maxConcurrency: number;
  readonly maxQueue: number;
}

// The weight of the newest attempt in the running mean of their durations.
const NEWEST = 0.1;
// A call admitted at the very edge of its deadline would be answered after it: vendor time wasted for nobody.
const MARGIN = 1.25;

/**
 * Slots with a queue that knows deadlines: a call that can't be answered in time is refused when it comes, not after it
 * has waited, so that under overload the vendor works only for callers who are still there. (cockatiel's bulkhead keeps
 * those who left in its queue until their turn.)
 */
export function createSlots(clock: Clock, { maxConcurrency, maxQueue }: SlotsOptions): Slots {
  // In order of arrival; a Set, so that whoever leaves is gone from it.
  const queue = new Set<() => void>();
  let busy = 0;
  let meanMs = 0;

  const release = (heldMs: number): void => {
    meanMs += (heldMs - meanMs) * NEWEST;
    const [next] = queue;
    if (next === undefined) busy -= 1;
    else {
      queue.delete(next);
      next();
    }
  };
  const hold = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const sinceMs = clock.now();
    try {
      return await work();
    } finally {
      release(clock.now() - sinceMs);
    }
  };
  const comesRound = (deadlineMs: number): boolean => {
    const waitMs = ((queue.size + 1) * meanMs) / maxConcurrency;
    return clock.now() + (waitMs + meanMs) * MARGIN < deadlineMs;
  };
  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        queue.delete(go);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.add(go);
    });
  return {
    async run({ signal, deadlineMs, tooBusy }, work) {
      signal.throwIfAborted();
      if (busy < maxConcurrency) busy += 1;
      else {
        if (queue.size >= maxQueue || !comesRound(deadlineMs)) throw tooBusy();
        // The slot is handed over, still counted as busy.
        await turn(signal);
      }
      return hold(work);
    },
  };
}
