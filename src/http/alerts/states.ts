import type { AlertMessage } from './message.ts';
import type { AlertMemory } from './rule.ts';

/** What an alert keeps over a restart. */
export interface AlertRecord extends Pick<AlertMemory, 'state' | 'known'> {
  /** Messages that were not delivered yet, in their order. */
  readonly messages: readonly AlertMessage[];
}

/** Where alerts keep their states. */
export interface AlertStates {
  /** null: none is kept. */
  get(name: string): AlertRecord | null;
  /** Writes it before it returns. @throws if the file can't be written */
  set(name: string, record: AlertRecord): void;
}
