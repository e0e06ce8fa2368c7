import { RequestError } from '../base/errors.ts';
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

/** How the calls of an operation are to be shared out, known before the first of them. */
export interface CallShares {
  /** Calls for all else: no scan may take them. */
  readonly keptFromScans: number;
  /** Scans that share what is left. */
  readonly scans: number;
  /** How many of them only count rows beside a page. */
  readonly counts: number;
}

/** The vendor calls of one GraphQL operation: counted down against its budget, and told in `extensions.upstream`. */
export interface CallBudget {
  /** Calls that may still be made. */
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
  /** Says how the budget is to be shared out; unsaid, a scan may take all that is left. */
  share(shares: CallShares): void;
  /**
   * The same ledger as one scan sees it: it ends at the scan's share, so that no scan starves another, or what is sure
   * to be called. A scan within a scan is a part of it.
   *
   * A page may take what counts would get, since it is of no use in part, and they run after it. A count takes its own share of
   * all at most. Neither takes of another page's share of all.
   */
  forScan(purpose?: 'page' | 'count'): CallBudget;
}

/** The calls of one operation, `budget` in all. */
export function createCallBudget(budget: number): CallBudget {
  const tallies = new Map<string, CallTally>();
  let spent = 0;
  let spentByScans = 0;
  const pages = new Set<{ spent: number }>();
  let shares: CallShares | null = null;
  const remaining = (): number => budget - spent;
  const tallyOf = (source: Source, operation: string): CallTally => {
    const key = `${source} ${operation}`;
    let tally = tallies.get(key);
    if (!tally) {
      tally = { source, operation, calls: 0, rows: 0, bytes: 0, ms: 0 };
      tallies.set(key, tally);
    }
    return tally;
  };
  const callBudget: CallBudget = {
    remaining,
    spend(source, operation) {
      if (spent >= budget) throw refuseCall(budget);
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
    share(planned) {
      shares = planned;
    },
    forScan(purpose = 'page') {
      const own = { spent: 0 };
      if (purpose === 'page') pages.add(own);
      const left = (): number => {
        if (!shares) return remaining();
        const pool = Math.max(budget - shares.keptFromScans, 1);
        const shareOf = (scans: number): number => Math.max(Math.floor(pool / Math.max(scans, 1)), 1);
        const share = shareOf(purpose === 'page' ? shares.scans - shares.counts : shares.scans);
        const free = pool - spentByScans - reservedForOthers(own, pool, shares);
        return Math.min(share - own.spent, free, remaining());
      };
      const scan: CallBudget = {
        ...callBudget,
        remaining: left,
        spend(source, operation) {
          if (left() < 1) throw own.spent > 0 ? refuseCall(own.spent, budget) : noneLeft(budget);
          callBudget.spend(source, operation);
          own.spent += 1;
          spentByScans += 1;
        },
        forScan: () => scan,
      };
      return scan;
    },
  };
  return callBudget;

  /** What other pages, those yet to begin among them, have not taken of an equal share of all scans. */
  function reservedForOthers(own: { spent: number }, pool: number, { scans, counts }: CallShares): number {
    const share = Math.floor(pool / Math.max(scans, 1));
    const begun = [...pages].filter((page) => page !== own && page.spent > 0);
    // One more than were planned takes what is left.
    if (pages.has(own) && begun.length >= scans - counts) return 0;
    const toBegin = Math.max(scans - counts - begun.length - (pages.has(own) ? 1 : 0), 0);
    return begun.reduce((sum, page) => sum + Math.max(share - page.spent, 0), toBegin * share);
  }
}

const WAY_OUT = "Ask for a shorter range, a smaller 'first', or fewer fields that each cause a call.";

function refuseCall(allowed: number, budget = allowed): RequestError {
  const share = allowed === budget ? `${budget}` : `${allowed} of its ${budget}`;
  return new RequestError(
    'LIMIT_EXCEEDED',
    `This operation may make ${share} vendor calls here and needs more. ${WAY_OUT}`,
    { limit: 'maxUpstreamCalls', allowed },
  );
}

function noneLeft(budget: number): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `Other fields of this operation have used up the vendor calls that this one could share, ${budget} in all. ${WAY_OUT}`,
    { limit: 'maxUpstreamCalls', allowed: budget },
  );
}
