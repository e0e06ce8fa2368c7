import type { ScopedKey } from '../base/credential-scope.ts';
import type { Clock } from '../base/time.ts';

/** One reading that several callers wait for. */
export interface Flight {
  /** Ends when the last waiter has left, with the reason for which that one left. */
  readonly signal: AbortSignal;
  /** The latest deadline among those who wait now, in milliseconds since the epoch. */
  deadlineMs(): number;
}

/** One caller's own patience. */
export interface Waiter {
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** What it is told when the deadline has passed. */
  readonly timedOut: () => Error;
}

/** Equal questions asked at one time are asked once. */
export interface SingleFlight<Value> {
  /** Waits for the flight of this key; `start` begins one where none is under way. */
  join(key: ScopedKey, waiter: Waiter, start: (flight: Flight) => Promise<Value>): Promise<Value>;
  /** Flights under way. */
  size(): number;
}

interface Joined<Value> {
  readonly deadlineMs: number;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
}

// setTimeout takes anything longer for no time at all.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createSingleFlight<Value>(clock: Clock): SingleFlight<Value> {
  const flights = new Map<ScopedKey, { join(waiter: Waiter): Promise<Value> }>();

  const createFlight = (key: ScopedKey, start: (flight: Flight) => Promise<Value>) => {
    const controller = new AbortController();
    const waiters = new Set<Joined<Value>>();
    const remove = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    const leave = (one: Joined<Value>, reason: unknown): void => {
      waiters.delete(one);
      one.reject(reason);
      if (waiters.size > 0) return;
      // Whoever asks from now on must not board a flight that is being given up.
      remove();
      controller.abort(reason);
    };
    const join = ({ signal, deadlineMs, timedOut }: Waiter): Promise<Value> =>
      new Promise((resolve, reject) => {
        const onAbort = (): void =>
          leave(one, isTooLate(signal, deadlineMs, clock) ? timedOut() : signal.reason);
        const patienceMs = Math.min(LONGEST_TIMER_MS, Math.max(0, deadlineMs - clock.now()));
        const timer = setTimeout(() => leave(one, timedOut()), patienceMs);
        const unhook = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
        };
        const one: Joined<Value> = {
          deadlineMs,
          resolve: (value) => {
            unhook();
            resolve(value);
          },
          reject: (reason) => {
            unhook();
            reject(reason);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiters.add(one);
      });
    const deadlineMs = (): number => {
      let latestMs = -Infinity;
      for (const one of waiters) latestMs = Math.max(latestMs, one.deadlineMs);
      return latestMs;
    };
    const flight = { join };
    flights.set(key, flight);
    return {
      flight,
      begin: (): void => {
        start({ signal: controller.signal, deadlineMs }).then(
          (value) => {
            remove();
            for (const one of waiters) one.resolve(value);
          },
          (reason: unknown) => {
            remove();
            for (const one of waiters) one.reject(reason);
          },
        );
      },
    };
  };

  return {
    join(key, waiter, start) {
      const { signal, deadlineMs, timedOut } = waiter;
      if (isTooLate(signal, deadlineMs, clock)) return Promise.reject(timedOut());
      if (signal.aborted) return Promise.reject(signal.reason);
      const underWay = flights.get(key);
      if (underWay) return underWay.join(waiter);
      const { flight, begin } = createFlight(key, start);
      const joined = flight.join(waiter);
      begin();
      return joined;
    },
    size: () => flights.size,
  };
}

/** A caller's signal may also end by its deadline; that is the vendor's slowness, not the caller's leaving. */
function isTooLate(signal: AbortSignal, deadlineMs: number, clock: Clock): boolean {
  if (clock.now() >= deadlineMs) return true;
  return signal.aborted && signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
}
