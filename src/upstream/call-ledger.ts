import { RequestError } from '../base/request-error.ts';
import type { Source } from '../base/source.ts';

/** What one vendor operation has cost one caller's operation. */
export interface CallTally {
  readonly source: Source;
  /** The vendor's path template, never values. */
  readonly operation: string;
  calls: number;
  rows: number;
  /** Decoded body bytes. */
  bytes: number;
  ms: number;
}

/** The vendor calls of one GraphQL operation: counted down against its budget, and told in `extensions.upstream`. */
export interface CallLedger {
  /** Calls that may still be made; Infinity where no budget is set. */
  remaining(): number;
  /**
   * Takes one call from the budget.
   * @throws RequestError `LIMIT_EXCEEDED` where none is left
   */
  spend(source: Source, operation: string): void;
  /** Adds what a finished call brought. */
  record(source: Source, operation: string, brought: { rows: number; bytes: number; ms: number }): void;
  /** One row per vendor operation, in the order first called. */
  tallies(): readonly CallTally[];
}

/** A ledger for one operation; `budget` null means not bounded. */
export function createCallLedger(budget: number | null): CallLedger {
  const tallies = new Map<string, CallTally>();
  let spent = 0;
  const tallyOf = (source: Source, operation: string): CallTally => {
    const key = `${source} ${operation}`;
    let tally = tallies.get(key);
    if (!tally) {
      tally = { source, operation, calls: 0, rows: 0, bytes: 0, ms: 0 };
      tallies.set(key, tally);
    }
    return tally;
  };
  return {
    remaining: () => (budget === null ? Infinity : budget - spent),
    spend(source, operation) {
      if (budget !== null && spent >= budget) {
        throw new RequestError(
          'LIMIT_EXCEEDED',
          `This operation may make ${budget} vendor calls and needs more. Ask for a shorter range, a smaller 'first', or fewer fields that each cause a call.`,
          { limit: 'maxUpstreamCalls', allowed: budget },
        );
      }
      spent += 1;
      tallyOf(source, operation).calls += 1;
    },
    record(source, operation, { rows, bytes, ms }) {
      const tally = tallyOf(source, operation);
      tally.rows += rows;
      tally.bytes += bytes;
      tally.ms += ms;
    },
    tallies: () => [...tallies.values()],
  };
}
