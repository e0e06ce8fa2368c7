import { keyedDigest } from '../../base/sealing.ts';
import type { Secret } from '../../base/secret.ts';
import { formatInstant } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import type { Observation } from './observe.ts';
import type { AlertState } from './rule.ts';

/** A change of state, as its receiver gets it. */
export interface AlertMessage {
  /** The same on each attempt, so that a receiver can tell a repetition. */
  readonly id: string;
  readonly name: string;
  readonly state: AlertState;
  /** When the state changed, in milliseconds since the epoch. */
  readonly atMs: number;
  /** The body, encoded once, so that each attempt sends the same bytes. */
  readonly body: string;
}

export interface AlertChange {
  readonly id: string;
  readonly name: string;
  readonly state: AlertState;
  readonly before: AlertState;
  readonly atMs: number;
  readonly range: Range;
  readonly observation: Observation;
  readonly link: string | null;
}

export function writeMessage({
  id,
  name,
  state,
  before,
  atMs,
  range,
  observation,
  link,
}: AlertChange): AlertMessage {
  const { value, reason, coverage } = observation;
  const body = JSON.stringify({
    type: `alert.${state}`,
    timestamp: formatInstant(atMs),
    data: {
      name,
      state,
      before,
      value,
      reason,
      from: formatInstant(range.fromMs),
      to: formatInstant(range.toMs),
      coverage,
      link,
    },
  });
  return { id, name, state, atMs, body };
}

/**
 * The headers of one attempt, as Standard Webhooks has them (https://www.standardwebhooks.com). The time is that of the attempt, because
 * receivers refuse old ones.
 * @param key in base64, without `whsec_`
 */
export function signMessage(
  { id, body }: AlertMessage,
  key: Secret,
  nowMs: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = keyedDigest(Buffer.from(key.reveal(), 'base64'), `${id}.${timestamp}.${body}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature.toString('base64')}`,
  };
}
