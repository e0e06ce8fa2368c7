import type { Clock } from '../base/time.ts';

/** Bounds how many attempts are under way at one vendor. */
export interface ConcurrencyLimit {
  /**
   * Runs `work` in a slot, waiting for one. Lanes take turns; within one it goes by arrival. Rejects with `tooBusy()` where
   * the queue is full or would not come round in time, and with the signal's reason where the caller leaves while waiting.
   */
  run<Value>(waiter: QueuedCaller, work: () => Promise<Value>): Promise<Value>;
}

export interface QueuedCaller {
  /** Who waits in one lane waits for each other. */
  readonly lane: string;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly tooBusy: () => Error;
}

export interface ConcurrencyOptions {
  readonly maxConcurrency: number;
  readonly maxQueue: number;
}

interface Waiting {
  readonly go: () => void;
  readonly giveWay: () => void;
}

// The weight of the newest attempt in the running mean of their durations.
const NEWEST = 0.1;
// A call admitted at the very edge of its deadline would be answered after it: vendor time wasted for nobody.
const MARGIN = 1.25;

/**
 * Slots with a queue that knows deadlines: a call that can't be answered in time is refused when it comes, not after it
 * has waited, so that under overload the vendor works only for callers who are still there. If the queue is full, the longest lane's last gives way to a shorter lane.
 */
export function createConcurrencyLimit(
  clock: Clock,
  { maxConcurrency, maxQueue }: ConcurrencyOptions,
): ConcurrencyLimit {
  // The lane whose turn is next comes first; each in order of arrival. Sets, so that whoever leaves is gone from them.
  const lanes = new Map<string, Set<Waiting>>();
  let waiting = 0;
  let busy = 0;
  let meanMs = 0;

  const remove = (lane: string, one: Waiting): void => {
    const queue = lanes.get(lane);
    if (!queue?.delete(one)) return;
    waiting -= 1;
    if (queue.size === 0) lanes.delete(lane);
  };
  const release = (heldMs: number): void => {
    meanMs += (heldMs - meanMs) * NEWEST;
    const [turn] = lanes;
    const next = turn?.[1].values().next().value;
    if (!turn || !next) {
      busy -= 1;
      return;
    }
    const [lane, queue] = turn;
    lanes.delete(lane);
    lanes.set(lane, queue);
    remove(lane, next);
    next.go();
  };
  const hold = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const sinceMs = clock.now();
    try {
      return await work();
    } finally {
      release(clock.now() - sinceMs);
    }
  };
  const comesRound = (lane: string, deadlineMs: number): boolean => {
    const own = lanes.get(lane)?.size ?? 0;
    let before = own;
    for (const [other, { size }] of lanes) if (other !== lane) before += Math.min(size, own + 1);
    const waitMs = ((before + 1) * meanMs) / maxConcurrency;
    return clock.now() + (waitMs + meanMs) * MARGIN < deadlineMs;
  };
  /** Makes room for one more in this lane, where another one has two more than it at least. */
  const makeRoom = (lane: string): boolean => {
    if (waiting < maxQueue) return true;
    const [longest, queue] = [...lanes].reduce(
      (a, b) => (b[1].size > a[1].size ? b : a),
      ['', new Set<Waiting>()],
    );
    const last = [...queue].at(-1);
    if (!last || queue.size <= (lanes.get(lane)?.size ?? 0) + 1) return false;
    remove(longest, last);
    last.giveWay();
    return true;
  };
  const turn = ({ lane, signal, tooBusy }: QueuedCaller): Promise<void> =>
    new Promise((resolve, reject) => {
      const one: Waiting = {
        go() {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        giveWay() {
          signal.removeEventListener('abort', leave);
          reject(tooBusy());
        },
      };
      const leave = (): void => {
        remove(lane, one);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      const queue = lanes.get(lane) ?? new Set();
      lanes.set(lane, queue.add(one));
      waiting += 1;
    });
  return {
    async run(waiter, work) {
      const { lane, signal, deadlineMs, tooBusy } = waiter;
      signal.throwIfAborted();
      if (busy < maxConcurrency) busy += 1;
      else {
        if (!comesRound(lane, deadlineMs) || !makeRoom(lane)) throw tooBusy();
        // The slot is handed over, still counted as busy.
        await turn(waiter);
      }
      return hold(work);
    },
  };
}
