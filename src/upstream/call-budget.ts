import { RequestError } from '../base/errors.ts';
import type { Source } from '../base/source.ts';

/** The vendor calls that one GraphQL operation may make. What they cost is reported in `extensions.upstream`. */
export interface CallBudget {
  /** Calls that may still be made. */
  remaining(): number;
  /**
   * Takes one call from the budget.
   * @throws RequestError `LIMIT_EXCEEDED` if none is left
   */
  spend(source: Source, operation: string): void;
  /** Adds what a finished call brought. */
  record(source: Source, operation: string, brought: { rows: number; bytes: number; ms: number }): void;
  /** One tally per vendor operation up to now, in the order of their first calls. */
  tallies(): readonly CallTally[];
  /** Sets how scans share the budget. Until then a scan may take all that is left. */
  share(shares: CallShares): void;
  /**
   * The same budget, limited to the share of one scan, so that scans leave calls to each other and to all other work. A scan
   * within a scan uses the share of the outer one.
   *
   * A page may also take the shares of counts, because half a page is of no use and counts run after it. A count takes at
   * most an equal share of all scans. Neither takes what another page has not used of its equal share.
   */
  forScan(purpose?: ScanPurpose): CallBudget;
}

/** What one vendor operation has cost one GraphQL operation. */
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

/** The tallies of several operations as one, in the order of their first calls. */
export function addTallies(known: readonly CallTally[], added: readonly CallTally[]): readonly CallTally[] {
  const sums = known.map((tally) => ({ ...tally }));
  for (const tally of added) {
    const sum = sums.find(
      ({ source, operation }) => source === tally.source && operation === tally.operation,
    );
    if (!sum) sums.push({ ...tally });
    else {
      sum.calls += tally.calls;
      sum.rows += tally.rows;
      sum.bytes += tally.bytes;
      sum.ms += tally.ms;
    }
  }
  return sums;
}

/** How scans share the calls of an operation, as estimated before the first call. */
export interface CallShares {
  /** Calls for all other work: no scan may take them. */
  readonly keptFromScans: number;
  /** Scans that share the other calls. */
  readonly scans: number;
  /** How many of these scans only count rows beside a page. */
  readonly counts: number;
}

type ScanPurpose = 'page' | 'count';

/** The same context with the call budget of one scan. */
export function forScan<Context extends { readonly callBudget: CallBudget }>(
  context: Context,
  purpose?: ScanPurpose,
): Context {
  return { ...context, callBudget: context.callBudget.forScan(purpose) };
}

/** @param maxCalls the calls of the whole operation */
export function createCallBudget(maxCalls: number): CallBudget {
  const tallies = new Map<string, CallTally>();
  let spent = 0;
  let spentByScans = 0;
  const pages = new Set<{ spent: number }>();
  let shares: CallShares | null = null;
  const remaining = (): number => maxCalls - spent;
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
      if (spent >= maxCalls) throw tooManyCalls(maxCalls);
      spent += 1;
      tallyOf(source, operation).calls += 1;
    },
    record(source, operation, { rows, bytes, ms }) {
      const tally = tallyOf(source, operation);
      tally.rows += rows;
      tally.bytes += bytes;
      tally.ms += ms;
    },
    tallies: () => Array.from(tallies.values(), (tally) => ({ ...tally })),
    share(planned) {
      shares = planned;
    },
    forScan(purpose = 'page') {
      const own = { spent: 0 };
      if (purpose === 'page') pages.add(own);
      const left = (): number => {
        if (!shares) return remaining();
        const forScans = Math.max(maxCalls - shares.keptFromScans, 1);
        const sharers = purpose === 'page' ? shares.scans - shares.counts : shares.scans;
        const share = Math.max(Math.floor(forScans / Math.max(sharers, 1)), 1);
        const free = forScans - spentByScans - reservedForPages(own, forScans, shares);
        return Math.min(share - own.spent, free, remaining());
      };
      const scan: CallBudget = {
        ...callBudget,
        remaining: left,
        spend(source, operation) {
          if (left() < 1) throw own.spent > 0 ? tooManyCalls(own.spent, maxCalls) : noneLeft(maxCalls);
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

  /** What the other pages, also those that have not begun, have not used of an equal share of all scans. */
  function reservedForPages(own: { spent: number }, forScans: number, { scans, counts }: CallShares): number {
    const share = Math.floor(forScans / Math.max(scans, 1));
    const begun = [...pages].filter((page) => page !== own && page.spent > 0);
    // A page more than were estimated takes what is left.
    if (pages.has(own) && begun.length >= scans - counts) return 0;
    const toBegin = Math.max(scans - counts - begun.length - (pages.has(own) ? 1 : 0), 0);
    return begun.reduce((sum, page) => sum + Math.max(share - page.spent, 0), toBegin * share);
  }
}

const WAY_OUT = "Ask for a shorter range, a smaller 'first', or fewer fields that each cause a call.";

function tooManyCalls(allowed: number, maxCalls = allowed): RequestError {
  const share = allowed === maxCalls ? `${maxCalls}` : `${allowed} of its ${maxCalls}`;
  return new RequestError(
    'LIMIT_EXCEEDED',
    `This operation may make ${share} vendor calls here and needs more. ${WAY_OUT}`,
    { limit: 'maxUpstreamCalls', allowed },
  );
}

function noneLeft(maxCalls: number): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `Other fields of this operation have used the vendor calls that this field could share, ${maxCalls} in all. ${WAY_OUT}`,
    { limit: 'maxUpstreamCalls', allowed: maxCalls },
  );
}
