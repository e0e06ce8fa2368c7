import type { AbortSignalLike } from '../base/abort.ts';
import type { Clock } from '../base/time.ts';

/** Limits how many attempts run at one vendor at the same time. */
export interface ConcurrencyLimit {
  /**
   * Runs `work`, or waits until it may run. Queues take turns; within a queue the first to come is the first to run. Rejects
   * with `tooBusy()` if there is no room to wait or the turn would come too late, and with the signal's reason if the caller
   * leaves while it waits.
   */
  run<Value>(caller: QueuedCaller, work: () => Promise<Value>): Promise<Value>;
  /** How many run now, and how many wait. */
  state(): { readonly running: number; readonly waiting: number };
}

export interface QueuedCaller {
  /** The name of the queue that the caller waits in. */
  readonly queue: string;
  readonly signal: AbortSignalLike;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly tooBusy: () => Error;
}

export interface ConcurrencyOptions {
  readonly maxConcurrency: number;
  /** Callers who may wait, in all queues together. */
  readonly maxQueue: number;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
}

// The weight of the newest attempt in the running mean of their durations.
const NEWEST = 0.1;
// A call that would be answered just at its deadline is refused, because a little delay would waste the vendor's time.
const MARGIN = 1.25;

/**
 * A concurrency limit whose queues know deadlines. A call that cannot be answered in time is refused when it comes, not after
 * it has waited, so that an overloaded vendor works only for callers who are still there. If there is no room to wait, the
 * last caller of the longest queue makes room for one of a shorter queue.
 */
export function createConcurrencyLimit(
  clock: Clock,
  { maxConcurrency, maxQueue }: ConcurrencyOptions,
): ConcurrencyLimit {
  // The queue whose turn is next comes first. A queue is a set in order of arrival, so that a caller who leaves is deleted.
  const queues = new Map<string, Set<Waiting>>();
  let waiting = 0;
  let running = 0;
  let meanMs = 0;

  const remove = (name: string, one: Waiting): void => {
    const queue = queues.get(name);
    if (!queue?.delete(one)) return;
    waiting -= 1;
    if (queue.size === 0) queues.delete(name);
  };
  /** The next caller runs in place of the one that has ended. */
  const startNext = (durationMs: number): void => {
    meanMs += (durationMs - meanMs) * NEWEST;
    const [first] = queues;
    const next = first?.[1].values().next().value;
    if (!first || !next) {
      running -= 1;
      return;
    }
    const [name, queue] = first;
    queues.delete(name);
    queues.set(name, queue);
    remove(name, next);
    next.start();
  };
  const isInTime = (name: string, deadlineMs: number): boolean => {
    const own = queues.get(name)?.size ?? 0;
    let before = own;
    for (const [other, { size }] of queues) if (other !== name) before += Math.min(size, own + 1);
    const waitMs = ((before + 1) * meanMs) / maxConcurrency;
    return clock.now() + (waitMs + meanMs) * MARGIN < deadlineMs;
  };
  /** Whether one more may wait in this queue. If need be, refuses one of a queue that is longer by at least two. */
  const makeRoom = (name: string): boolean => {
    if (waiting < maxQueue) return true;
    const [longest, queue] = [...queues].reduce(
      (a, b) => (b[1].size > a[1].size ? b : a),
      ['', new Set<Waiting>()],
    );
    const last = [...queue].at(-1);
    if (!last || queue.size <= (queues.get(name)?.size ?? 0) + 1) return false;
    remove(longest, last);
    last.refuse();
    return true;
  };
  const awaitTurn = ({ queue: name, signal, tooBusy }: QueuedCaller): Promise<void> =>
    new Promise((resolve, reject) => {
      const one: Waiting = {
        start() {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        refuse() {
          signal.removeEventListener('abort', leave);
          reject(tooBusy());
        },
      };
      const leave = (): void => {
        remove(name, one);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      const queue = queues.get(name) ?? new Set();
      queues.set(name, queue.add(one));
      waiting += 1;
    });
  return {
    state: () => ({ running, waiting }),
    async run(caller, work) {
      const { queue, signal, deadlineMs, tooBusy } = caller;
      signal.throwIfAborted();
      if (running < maxConcurrency) running += 1;
      else {
        if (!isInTime(queue, deadlineMs) || !makeRoom(queue)) throw tooBusy();
        // `running` stays as it is, because this caller takes the place of one that has ended.
        await awaitTurn(caller);
      }
      const sinceMs = clock.now();
      try {
        return await work();
      } finally {
        startNext(clock.now() - sinceMs);
      }
    },
  };
}
