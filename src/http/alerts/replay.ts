import type { Range } from '../../base/time.ts';
import type { AlertSight } from './alerts.ts';
import type { AlertSettings } from './file.ts';
import { step, UNASKED } from './rule.ts';
import type { AlertState } from './rule.ts';
import { alignDown } from './schedule.ts';

/** A change of state that an alert would have told. */
export interface ReplayedChange {
  readonly atMs: number;
  readonly state: AlertState;
  readonly before: AlertState;
  readonly value: number | null;
  readonly reason: string | null;
}

/** The rounds of an alert within a range of the past, oldest first. */
export function listRounds(
  { everyMs }: Pick<AlertSettings, 'everyMs'>,
  { fromMs, toMs }: Range,
): readonly number[] {
  const rounds: number[] = [];
  for (let atMs = alignDown(fromMs, everyMs) + everyMs; atMs <= toMs; atMs += everyMs) rounds.push(atMs);
  return rounds;
}

/** Asks each round of the past as the service asks it now, and gives the changes, the first state included. */
export async function* replay(
  alert: AlertSettings,
  rounds: readonly number[],
  look: (range: Range) => Promise<Pick<AlertSight, 'seen' | 'value' | 'reason'>>,
): AsyncGenerator<ReplayedChange, void> {
  let memory = UNASKED;
  for (const atMs of rounds) {
    const { seen, value, reason } = await look({ fromMs: atMs - alert.lastMs, toMs: atMs });
    const before = memory.state;
    const stepped = step(memory, seen, atMs, alert);
    ({ memory } = stepped);
    if (stepped.isChange) yield { atMs, state: memory.state, before, value, reason };
  }
}
