import type { ScopedKey } from '../base/credential-scope.ts';
import type { Clock } from '../base/time.ts';

/** Equal questions that are asked at the same time share one call. */
export interface SingleFlight<Value> {
  /** Waits for the call of this key. If there is none, `start` begins one. */
  join(key: ScopedKey, waiter: Waiter, start: (waiters: Waiters) => Promise<Value>): Promise<Value>;
}

/** One caller who waits. */
export interface Waiter {
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** The error that the caller gets at the deadline. */
  readonly timedOut: () => Error;
}

/** All callers who wait for one call, taken together. */
export interface Waiters {
  /** Aborts when the last waiter has left, with the reason why that waiter left. */
  readonly signal: AbortSignal;
  /** The latest deadline of those who wait now, in milliseconds since the epoch. */
  deadlineMs(): number;
}

export function createSingleFlight<Value>(clock: Clock): SingleFlight<Value> {
  const calls = new Map<ScopedKey, SharedCall<Value>>();
  return {
    join(key, waiter, start) {
      const { signal, deadlineMs, timedOut } = waiter;
      if (isTooLate(signal, deadlineMs, clock)) return Promise.reject(timedOut());
      if (signal.aborted) return Promise.reject(signal.reason);
      const running = calls.get(key);
      if (running) return running.join(waiter);
      const call = createSharedCall<Value>(clock, () => {
        if (calls.get(key) === call) calls.delete(key);
      });
      calls.set(key, call);
      // The first waiter joins before `start` runs, because `start` asks for the latest deadline.
      const joined = call.join(waiter);
      start(call).then(call.resolve, call.reject);
      return joined;
    },
  };
}

interface SharedCall<Value> extends Waiters {
  join(waiter: Waiter): Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
}

interface Joined<Value> {
  readonly deadlineMs: number;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
}

// With a longer time, setTimeout fires at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @param onEnd nobody may join any more: the call has ended, or its last waiter has left */
function createSharedCall<Value>(clock: Clock, onEnd: () => void): SharedCall<Value> {
  const controller = new AbortController();
  const waiting = new Set<Joined<Value>>();
  const leave = (one: Joined<Value>, reason: unknown): void => {
    waiting.delete(one);
    one.reject(reason);
    if (waiting.size > 0) return;
    // First, so that nobody joins a call that is being aborted.
    onEnd();
    controller.abort(reason);
  };
  return {
    signal: controller.signal,
    deadlineMs() {
      let latestMs = -Infinity;
      for (const one of waiting) latestMs = Math.max(latestMs, one.deadlineMs);
      return latestMs;
    },
    join: ({ signal, deadlineMs, timedOut }) =>
      new Promise((resolve, reject) => {
        const onAbort = (): void =>
          leave(one, isTooLate(signal, deadlineMs, clock) ? timedOut() : signal.reason);
        const leftMs = Math.min(LONGEST_TIMER_MS, Math.max(0, deadlineMs - clock.now()));
        const timer = setTimeout(() => leave(one, timedOut()), leftMs);
        const unhook = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
        };
        const one: Joined<Value> = {
          deadlineMs,
          resolve(value) {
            unhook();
            resolve(value);
          },
          reject(reason) {
            unhook();
            reject(reason);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.add(one);
      }),
    resolve(value) {
      onEnd();
      for (const one of waiting) one.resolve(value);
    },
    reject(reason) {
      onEnd();
      for (const one of waiting) one.reject(reason);
    },
  };
}

/** If a caller's signal aborts at its deadline, the vendor was slow; the caller has not left. */
function isTooLate(signal: AbortSignal, deadlineMs: number, clock: Clock): boolean {
  if (clock.now() >= deadlineMs) return true;
  return signal.aborted && signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
}
