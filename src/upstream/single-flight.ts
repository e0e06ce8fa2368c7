import { LightAbortSignal } from '../base/abort.ts';
import type { AbortSignalLike } from '../base/abort.ts';
import type { ScopedKey } from '../base/credential-scope.ts';
import type { Clock } from '../base/time.ts';

/** Equal questions that are asked at the same time share one call. */
export interface SingleFlight<Value> {
  /** Waits for the call of this key. If there is none, `start` begins one. */
  join(key: ScopedKey, waiter: Waiter, start: (waiters: Waiters) => Promise<Value>): Promise<Value>;
}

/** One caller who waits. */
export interface Waiter {
  readonly signal: AbortSignalLike;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** The error that the caller gets at the deadline. */
  readonly timedOut: () => Error;
}

/** All callers who wait for one call, taken together. */
export interface Waiters {
  /** Aborts when the last waiter has left, with the reason why that waiter left. */
  readonly signal: AbortSignalLike;
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
      const call = new SharedCall<Value>(clock, calls, key);
      calls.set(key, call);
      // The first waiter joins before `start` runs, because `start` asks for the latest deadline.
      const joined = call.join(waiter);
      start(call).then(
        (value) => call.resolve(value),
        (reason: unknown) => call.reject(reason),
      );
      return joined;
    },
  };
}

// With a longer time, setTimeout fires at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One call and those who wait for it. It drops them when it ends: a Map that calls enter and leave keeps its former tables, and what
 * they held, until the next full garbage collection.
 */
class SharedCall<Value> implements Waiters {
  readonly signal = new LightAbortSignal();
  readonly #clock: Clock;
  readonly #running: Map<ScopedKey, SharedCall<Value>>;
  readonly #key: ScopedKey;
  #waiting: Set<Joined<Value>> | null = new Set();

  /** @param running the calls that may be joined; this one until it has ended, or its last waiter has left */
  constructor(clock: Clock, running: Map<ScopedKey, SharedCall<Value>>, key: ScopedKey) {
    this.#clock = clock;
    this.#running = running;
    this.#key = key;
  }

  deadlineMs(): number {
    let latestMs = -Infinity;
    for (const { waiter } of this.#waiting ?? []) latestMs = Math.max(latestMs, waiter.deadlineMs);
    return latestMs;
  }

  join(waiter: Waiter): Promise<Value> {
    return new Promise((resolve, reject) => {
      const { signal, deadlineMs, timedOut } = waiter;
      const onAbort = (): void =>
        this.#leave(one, isTooLate(signal, deadlineMs, this.#clock) ? timedOut() : signal.reason);
      const leftMs = Math.min(LONGEST_TIMER_MS, Math.max(0, deadlineMs - this.#clock.now()));
      const timer = setTimeout(() => this.#leave(one, timedOut()), leftMs);
      const one: Joined<Value> = { waiter, resolve, reject, timer, onAbort };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting?.add(one);
    });
  }

  resolve(value: Value): void {
    for (const one of this.#end()) one.resolve(value);
  }

  reject(reason: unknown): void {
    for (const one of this.#end()) one.reject(reason);
  }

  #leave(one: Joined<Value>, reason: unknown): void {
    unhook(one);
    this.#waiting?.delete(one);
    one.reject(reason);
    if (this.#waiting && this.#waiting.size > 0) return;
    // First, so that nobody joins a call that is being aborted.
    this.#end();
    this.signal.abort(reason);
  }

  #end(): Iterable<Joined<Value>> {
    if (this.#running.get(this.#key) === this) this.#running.delete(this.#key);
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const one of waiting) unhook(one);
    return waiting;
  }
}

interface Joined<Value> {
  readonly waiter: Waiter;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
  readonly timer: NodeJS.Timeout;
  readonly onAbort: () => void;
}

function unhook({ waiter, timer, onAbort }: Pick<Joined<never>, 'waiter' | 'timer' | 'onAbort'>): void {
  clearTimeout(timer);
  waiter.signal.removeEventListener('abort', onAbort);
}

/** If a caller's signal aborts at its deadline, the vendor was slow; the caller has not left. */
function isTooLate(signal: AbortSignalLike, deadlineMs: number, clock: Clock): boolean {
  if (clock.now() >= deadlineMs) return true;
  return signal.aborted && signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
}
