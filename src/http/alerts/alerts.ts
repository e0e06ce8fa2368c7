import type { GraphQLSchema } from 'graphql';
import { drawBytes } from '../../base/sealing.ts';
import type { Clock, Range } from '../../base/time.ts';
import type { PostTransport } from '../../upstream/transport.ts';
import type { CallTally } from '../../upstream/call-budget.ts';
import type { Wait } from '../../upstream/retry.ts';
import { createCaller } from '../identity/caller.ts';
import { GRAPHQL_PATH } from '../pages.ts';
import type { TrustedDocuments } from '../trusted-documents.ts';
import type { AskAlert } from './ask.ts';
import type { AlertSettings, AlertsSettings } from './file.ts';
import { writeMessage } from './message.ts';
import type { AlertMessage } from './message.ts';
import { observe } from './observe.ts';
import type { Observation } from './observe.ts';
import { createOutbox } from './outbox.ts';
import type { DeliveryReport, Outbox } from './outbox.ts';
import { checkQuestion } from './question.ts';
import type { AlertQuestion } from './question.ts';
import { goOn, step, UNASKED } from './rule.ts';
import type { AlertState } from './rule.ts';
import { createSchedule } from './schedule.ts';
import type { AlertStates } from './states.ts';
import { createWebhook } from './webhook.ts';

/** One round of an alert, for the log. It holds no value of an answer. */
export interface AlertReport {
  readonly alert: string;
  readonly state: AlertState;
  readonly before: AlertState;
  /** Why it is unknown; null: it is not. */
  readonly reason: string | null;
}

/** The alerts of a service. */
export interface Alerts {
  readonly settings: readonly AlertSettings[];
  start(): void;
  /** Ends the rounds and deliveries. Messages that were not delivered are lost, unless states are kept. */
  stop(): Promise<void>;
  /** Asks one alert's question of a range, and tells nobody. */
  observe(name: string, range: Range, signal: AbortSignal): Promise<AlertSight>;
}

export interface AlertSight extends Observation {
  readonly tallies: readonly CallTally[];
}

/** The faults of `alerts.yaml`, a sentence each. */
export class AlertsRefused extends Error {
  override readonly name = 'AlertsRefused';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

export interface AlertsOptions {
  readonly schema: GraphQLSchema;
  readonly trustedDocuments: TrustedDocuments | null;
  readonly ask: AskAlert;
  readonly clock: Clock;
  readonly wait: Wait;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onFault: (error: unknown) => void;
  /** Learns each change of a state. */
  readonly onChange: (report: AlertReport) => void;
  readonly onDelivery: (report: DeliveryReport) => void;
  /** Keeps states over a restart; null: they live in memory. */
  readonly states: AlertStates | null;
  /** Reaches the receivers without sockets; left out: undici. */
  readonly transport?: PostTransport | undefined;
}

interface CheckedAlert {
  readonly alert: AlertSettings;
  readonly question: AlertQuestion;
}

const ID_BYTES = 18;

/** @throws AlertsRefused if an operation or a condition does not fit the schema; it names all faults */
export function createAlerts({ alerts, service }: AlertsSettings, options: AlertsOptions): Alerts {
  const { schema, trustedDocuments, ask, clock, wait, onFault, transport, states } = options;
  const checked = checkAlerts(schema, alerts, trustedDocuments);
  // GraphiQL sends documents of its own, which a service of trusted documents refuses.
  const base = trustedDocuments ? null : service;
  const outboxes: Outbox[] = [];
  const closers: (() => Promise<void>)[] = [];

  const look = async (
    { alert, question }: CheckedAlert,
    range: Range,
    signal: AbortSignal,
  ): Promise<AlertSight> => {
    const caller = createCaller('alert', alert.name, alert.scopes);
    const answer = await ask({ question, caller, range, signal });
    return { ...observe(answer, alert.condition), tallies: answer.tallies };
  };
  const rounds = checked.map((one) => {
    const { alert, question } = one;
    const { name, everyMs, lastMs, webhook: receiver } = alert;
    const kept = states?.get(name) ?? null;
    let memory = kept ? goOn(kept) : UNASKED;
    const webhook = createWebhook(receiver, clock, transport);
    const outbox: Outbox = createOutbox({
      ...options,
      send: webhook.send,
      onReport: options.onDelivery,
      kept: kept?.messages ?? [],
      onTaken: () => keep(outbox.waiting()),
    });
    const keep = (messages: readonly AlertMessage[]): void => {
      try {
        states?.set(name, { state: memory.state, known: memory.known, messages });
      } catch (error) {
        // Without the file a restart tells the state again, which is better than not to tell it now.
        onFault(error);
      }
    };
    outboxes.push(outbox);
    closers.push(async () => {
      await outbox.stop();
      await webhook.close();
    });
    return {
      everyMs,
      async round(dueMs: number, signal: AbortSignal) {
        const range = { fromMs: dueMs - lastMs, toMs: dueMs };
        const observation = await look(one, range, signal);
        const before = memory.state;
        const stepped = step(memory, observation.seen, dueMs, alert);
        ({ memory } = stepped);
        if (!stepped.isChange) return;
        const { state } = memory;
        const id = `msg_${drawBytes(ID_BYTES).toString('base64url')}`;
        const link = base === null ? null : linkTo(base, question.textOf(range));
        options.onChange({ alert: name, state, before, reason: observation.reason });
        const message = writeMessage({ id, name, state, before, atMs: dueMs, range, observation, link });
        // Before it is sent, so that a death in between sends it twice under one id, and never loses it.
        keep([...outbox.waiting(), message]);
        outbox.push(message);
      },
    };
  });
  const schedule = createSchedule(rounds, { clock, wait, onFault });
  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await schedule.stop();
    await Promise.all(closers.map((close) => close()));
  };
  return {
    settings: alerts,
    start() {
      for (const outbox of outboxes) outbox.start();
      schedule.start();
    },
    stop: () => (stopping ??= stop()),
    async observe(name, range, signal) {
      const found = checked.find(({ alert }) => alert.name === name);
      if (!found) throw new TypeError(`There is no alert ${name}.`);
      return look(found, range, signal);
    },
  };
}

/** @throws AlertsRefused */
export function checkAlerts(
  schema: GraphQLSchema,
  alerts: readonly AlertSettings[],
  trusted: TrustedDocuments | null,
): readonly CheckedAlert[] {
  const faults: string[] = [];
  const checked = alerts.flatMap((alert) => {
    const made = checkQuestion(schema, alert, trusted);
    if (made.kind === 'question') return [{ alert, question: made.question }];
    faults.push(...made.faults.map((fault) => `SIGHTLINE_ALERTS ${alert.name}: ${fault}`));
    return [];
  });
  if (faults.length > 0) throw new AlertsRefused(faults);
  return checked;
}

/** GraphiQL opens with the document that its address names. */
function linkTo(service: string, document: string): string {
  return `${service}${GRAPHQL_PATH}?query=${encodeURIComponent(document)}`;
}
