import type { Clock } from '../../base/time.ts';
import type { Wait } from '../../upstream/retry.ts';

/** Something that is done again and again. */
export interface Recurring {
  readonly everyMs: number;
  /** @param dueMs the time of the round, in milliseconds since the epoch */
  readonly round: (dueMs: number, signal: AbortSignal) => Promise<void>;
}

/** The rounds of all alerts. */
export interface Schedule {
  start(): void;
  /** Ends the round that runs. */
  stop(): Promise<void>;
}

/**
 * One round after the other, so that alerts never ask the vendors several things at the same time. The first rounds are at once, the
 * others at multiples of `everyMs` since the epoch, so that a restart does not move them. A round that comes late is for the newest time
 * that is due, and those before are left out.
 */
export function createSchedule(
  recurring: readonly Recurring[],
  {
    clock,
    wait,
    onFault,
  }: { readonly clock: Clock; readonly wait: Wait; readonly onFault: (error: unknown) => void },
): Schedule {
  const controller = new AbortController();
  const { signal } = controller;
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    const due = recurring.map(() => clock.now());
    while (!signal.aborted) {
      const nowMs = clock.now();
      // Further away than one interval: the clock was set back.
      for (const [index, { everyMs }] of recurring.entries())
        if (due[index]! > nowMs + everyMs) due[index] = alignDown(nowMs, everyMs) + everyMs;
      const next = due.indexOf(Math.min(...due));
      const leftMs = due[next]! - nowMs;
      if (leftMs > 0) {
        await wait(leftMs, signal);
        continue;
      }
      const { everyMs, round } = recurring[next]!;
      const dueMs = Math.max(due[next]!, alignDown(nowMs, everyMs));
      try {
        await round(dueMs, signal);
      } catch (error) {
        if (!signal.aborted) onFault(error);
      }
      due[next] = alignDown(Math.max(dueMs, clock.now()), everyMs) + everyMs;
    }
  };
  return {
    start() {
      if (recurring.length === 0) return;
      running ??= run().catch((error: unknown) => {
        if (!signal.aborted) onFault(error);
      });
    },
    async stop() {
      controller.abort();
      await running;
    },
  };
}

/** The newest multiple of `everyMs` since the epoch that is not after `ms`. */
export function alignDown(ms: number, everyMs: number): number {
  return Math.floor(ms / everyMs) * everyMs;
}
