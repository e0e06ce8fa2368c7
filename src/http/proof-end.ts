import { GraphQLError } from 'graphql';
import type { Clock } from '../base/time.ts';
import type { Timers } from '../sources/live/timers.ts';

/** The longest time that a timer of the machine can wait, in milliseconds. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** When the caller's proof ends. */
export interface ProofEnd {
  readonly promise: Promise<void>;
  /** Call it when nobody waits any more. */
  cancel(): void;
}

/** Waits until a time, however far away it is. */
export function waitForProofEnd(atMs: number, clock: Clock, timers: Timers): ProofEnd {
  let cancelTimer = (): void => {};
  const promise = new Promise<void>((resolve) => {
    const wait = (): void => {
      const leftMs = atMs - clock.now();
      if (leftMs <= 0) resolve();
      else cancelTimer = timers.after(Math.min(leftMs, LONGEST_WAIT_MS), wait);
    };
    wait();
  });
  return { promise, cancel: () => cancelTimer() };
}

/** What a stream says last when the caller's proof has ended. */
export const PROOF_ENDED = new GraphQLError(
  'The token with which this stream was opened has expired. Open the stream again with a new token, from the last cursor.',
  { extensions: { code: 'UNAUTHENTICATED' } },
);
