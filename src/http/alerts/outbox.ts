import type { Clock } from '../../base/time.ts';
import type { Wait } from '../../upstream/retry.ts';
import type { AlertMessage } from './message.ts';

/** How one attempt ended. */
export interface SendOutcome {
  readonly isTaken: boolean;
  /** HTTP; null: there was no answer. */
  readonly status: number | null;
  /** The pause that the receiver asks for, in milliseconds; null: none. */
  readonly retryAfterMs: number | null;
}

/** What the log says of a message. It holds neither the address nor the text. */
export interface DeliveryReport {
  readonly alert: string;
  readonly id: string;
  readonly state: string;
  /** `failed`: it is tried again. `dropped`: it is not. */
  readonly outcome: 'delivered' | 'failed' | 'dropped';
  readonly attempts: number;
  readonly status: number | null;
}

/** The messages of one alert, in their order. */
export interface Outbox {
  /** Puts a message behind the others. If there are too many, the oldest that waits is dropped and reported. */
  push(message: AlertMessage): void;
  /** Those that are not delivered yet, in their order. */
  waiting(): readonly AlertMessage[];
  /** Begins with those that waited at the beginning. */
  start(): void;
  /** Ends what runs. What was not delivered still waits. */
  stop(): Promise<void>;
}

export interface OutboxOptions {
  /** Never rejects, unless the signal aborts. */
  readonly send: (message: AlertMessage, signal: AbortSignal) => Promise<SendOutcome>;
  readonly clock: Clock;
  readonly wait: Wait;
  /** In [0, 1): spreads attempts in time. */
  readonly random: () => number;
  readonly onReport: (report: DeliveryReport) => void;
  /** Messages of before a restart. */
  readonly kept: readonly AlertMessage[];
  /** A message waits no more. */
  readonly onTaken: () => void;
}

export const MAX_WAITING = 500;
const FIRST_PAUSE_MS = 2_000;
/** A receiver that comes back has its messages within this time. */
const LONGEST_PAUSE_MS = 300_000;
/** After this time a message is dropped. */
export const MAX_AGE_MS = 3 * 86_400_000;

export function createOutbox({ send, clock, wait, random, onReport, kept, onTaken }: OutboxOptions): Outbox {
  const waiting = [...kept];
  const controller = new AbortController();
  const { signal } = controller;
  let running: Promise<void> | null = null;
  const report = (
    { name, id, state }: AlertMessage,
    outcome: DeliveryReport['outcome'],
    attempts: number,
    status: number | null,
  ): void => onReport({ alert: name, id, state, outcome, attempts, status });

  const deliver = async (message: AlertMessage): Promise<void> => {
    for (let attempts = 1; ; attempts += 1) {
      const { isTaken, status, retryAfterMs } = await send(message, signal);
      if (isTaken) return report(message, 'delivered', attempts, status);
      if (clock.now() - message.atMs >= MAX_AGE_MS) return report(message, 'dropped', attempts, status);
      // A line for each attempt would fill the log of a night.
      if (attempts === 1) report(message, 'failed', attempts, status);
      const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
      const pauseMs = Math.max(retryAfterMs ?? 0, Math.ceil(ceiling * (0.5 + random() / 2)));
      await wait(pauseMs, signal);
    }
  };
  const drain = async (): Promise<void> => {
    try {
      for (let [message] = waiting; message && !signal.aborted; [message] = waiting) {
        await deliver(message);
        waiting.shift();
        onTaken();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      running = null;
    }
  };

  return {
    push(message) {
      if (signal.aborted) return;
      if (waiting.length >= MAX_WAITING) {
        // The first one is being sent.
        const [oldest] = waiting.splice(1, 1);
        if (oldest) report(oldest, 'dropped', 0, null);
      }
      waiting.push(message);
      running ??= drain();
    },
    waiting: () => [...waiting],
    start() {
      if (!signal.aborted && waiting.length > 0) running ??= drain();
    },
    async stop() {
      controller.abort();
      await running;
    },
  };
}
