import type { AbortSignalLike } from '../../src/base/abort.ts';
import type { Clock } from '../../src/base/time.ts';

/** A clock that moves only when a test says so, and waits that end by it. */
export interface SimulatedTime {
  readonly clock: Clock;
  readonly wait: (ms: number, signal: AbortSignalLike) => Promise<void>;
  /** Ends each wait until then, in the order of time, and lets what waited go on in between. */
  runUntil(ms: number): Promise<void>;
}

interface Waiting {
  readonly atMs: number;
  readonly resolve: () => void;
}

export function createSimulatedTime(startMs: number): SimulatedTime {
  let nowMs = startMs;
  const waiting = new Set<Waiting>();
  const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return {
    clock: { now: () => nowMs },
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const one: Waiting = { atMs: nowMs + ms, resolve };
        waiting.add(one);
        signal.addEventListener(
          'abort',
          () => {
            waiting.delete(one);
            reject(signal.reason);
          },
          { once: true },
        );
      }),
    async runUntil(ms) {
      for (;;) {
        await settle();
        let next: Waiting | null = null;
        for (const one of waiting) if (one.atMs <= ms && (!next || one.atMs < next.atMs)) next = one;
        if (!next) break;
        waiting.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.resolve();
      }
      nowMs = Math.max(nowMs, ms);
    },
  };
}
