/** The state of an alert. `unknown`: the last answer does not say, or nothing was asked yet. */
export type AlertState = 'ok' | 'firing' | 'unknown';

/** What a round has seen. */
export type Seen = 'holds' | 'clear' | 'unknown';

/** What an alert remembers between rounds. After a restart it is `UNASKED`, or what `goOn` makes of a state that was kept. */
export interface AlertMemory {
  readonly state: AlertState;
  /** The last state that was not unknown; null: there was none. */
  readonly known: 'ok' | 'firing' | null;
  /** What the last rounds have seen without a change; null: nothing, or unknown. */
  readonly run: { readonly seen: 'holds' | 'clear'; readonly sinceMs: number } | null;
  /** Whether the state was ever told to anybody. The first one is told, because a receiver may remember one of before a restart. */
  readonly isTold: boolean;
}

/** How long something must be seen before it counts, in milliseconds. */
export interface Patience {
  readonly forMs: number;
  readonly resolveMs: number;
}

export const UNASKED: AlertMemory = { state: 'unknown', known: null, run: null, isTold: false };

/**
 * Goes on with a state that was told before a restart. What was counted for `for` and `resolve` is forgotten, because nobody knows what was
 * true meanwhile.
 */
export function goOn({ state, known }: Pick<AlertMemory, 'state' | 'known'>): AlertMemory {
  return { state, known, run: null, isTold: true };
}

/**
 * One round. An unknown round is its own state at once, and ends what was counted for `for` and `resolve`, because nobody knows what was
 * true meanwhile.
 * @returns what to remember, and whether the state is to be told
 */
export function step(
  memory: AlertMemory,
  seen: Seen,
  nowMs: number,
  { forMs, resolveMs }: Patience,
): { readonly memory: AlertMemory; readonly isChange: boolean } {
  const next = seen === 'unknown' ? { state: seen, known: memory.known, run: null } : count(seen);
  // Before the first known state, a condition that has to hold for longer is neither.
  const isPending = seen !== 'unknown' && next.known === null;
  const isChange = !isPending && (next.state !== memory.state || !memory.isTold);
  return { memory: { ...next, isTold: memory.isTold || isChange }, isChange };

  function count(now: 'holds' | 'clear'): Omit<AlertMemory, 'isTold'> {
    const run = memory.run?.seen === now ? memory.run : { seen: now, sinceMs: nowMs };
    const lastedMs = nowMs - run.sinceMs;
    const known =
      now === 'holds'
        ? lastedMs >= forMs
          ? 'firing'
          : memory.known
        : memory.known !== 'firing' || lastedMs >= resolveMs
          ? 'ok'
          : 'firing';
    return { state: known ?? 'unknown', known, run };
  }
}
