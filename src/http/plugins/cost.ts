import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../../graph/context.ts';
import { estimateOperation, refuseOperation } from '../../graph/cost/operation.ts';
import type { EstimateLimits, EstimateMoment, OperationEstimate } from '../../graph/cost/operation.ts';
import { splitSources } from '../../graph/timeline/access.ts';
import { rateHeaders } from '../limits/rate-limit.ts';
import type { RateLimit, RateVerdict } from '../limits/rate-limit.ts';
import { refuse } from '../mask-error.ts';
import type { Operation } from '../operation.ts';
import type { OperationContext, RequestContext } from './operation.ts';

export interface CostOptions {
  readonly costLimits: EstimateLimits;
  /** The points of each caller; null: callers are not bounded. */
  readonly rateLimit: RateLimit | null;
  /** The scope of the credentials that a caller has sent; null: no vendor has answered them yet. */
  readonly answeredScope: (operation: Operation) => string | null;
}

/**
 * Estimates each operation before it runs. Refuses it if it would make too many vendor calls, cost too much, or cost more points
 * than its caller has left. Divides the calls between scans. Reports the estimate and the actual cost in `extensions.cost`.
 */
export function useCost({
  costLimits,
  rateLimit,
  answeredScope,
}: CostOptions): Plugin<OperationContext, RequestContext> {
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const { operation, notes, isLocal } = args.contextValue;
      const estimate = estimateOperation(args, costLimits, readMoment(args.contextValue));
      if (!estimate) return undefined;
      notes.estimate = estimate;
      const refusal = refuseOperation(estimate, costLimits);
      if (refusal) {
        setResultAndStopExecution({ errors: [refuse(refusal)] });
        return undefined;
      }
      const payer = readPayer(args.contextValue, answeredScope);
      const verdict = payer === null || !rateLimit ? null : await rateLimit.take(payer, estimate.cost);
      if (verdict) notes.headers = rateHeaders(verdict);
      if (verdict && !verdict.isAllowed) {
        setResultAndStopExecution({ errors: [refuseRate(verdict, estimate)] });
        return undefined;
      }
      const { keptFromScans, scans, counts } = estimate;
      operation.callBudget.share({ keptFromScans, scans, counts });
      return {
        onExecuteDone({ result, setResult }) {
          if (!('data' in result)) return;
          const calls = operation.callBudget.tallies().reduce((sum, tally) => sum + tally.calls, 0);
          const actual = estimate.measure(result.data, calls);
          verdict?.giveBack(Math.max(estimate.cost - actual, 0));
          const { leastCalls, plannedCalls, mostCalls } = estimate;
          const calling = { leastCalls, plannedCalls, mostCalls };
          const cost = { requested: estimate.cost, actual, ...(isLocal ? calling : {}) };
          setResult({ ...result, extensions: { ...result.extensions, cost } });
        },
      };
    },
    onResponse({ response, serverContext }) {
      for (const [name, value] of Object.entries(serverContext.notes.headers))
        response.headers.set(name, value);
    },
  };
}

/**
 * The caller whose points are spent. Callers without a name but with vendor credentials of their own are distinguished by these
 * credentials, because a proxy may give all of them one address. Credentials that no vendor has answered may be made up, so
 * they do not count.
 */
function readPayer(
  { caller, rateKey, operation }: OperationContext,
  answeredScope: CostOptions['answeredScope'],
): string | null {
  if (rateKey === null || caller.name !== null) return rateKey;
  const scope = answeredScope(operation);
  return scope === null ? rateKey : `scope ${scope}`;
}

/** A source that is not configured, or that this caller may not read, is refused in its field without a call. */
function readMoment({ nowMs, service, viewer }: GraphContext): EstimateMoment {
  const configured = service.sources().flatMap(({ source, configured: is }) => (is ? [source] : []));
  const { readable } = splitSources({ sources: configured }, viewer);
  return { nowMs, viewer, callable: new Set(readable) };
}

function refuseRate(
  { remaining, retryAfterS, policy }: RateVerdict,
  { cost }: OperationEstimate,
): GraphQLError {
  return new GraphQLError(
    `This operation may cost ${cost} points, and ${remaining} are left to this caller; ${policy.perSecond} come back each second. Ask again in ${retryAfterS} s, or ask for less at once.`,
    {
      extensions: {
        code: 'LIMIT_EXCEEDED',
        limit: 'rate',
        allowed: remaining,
        requested: cost,
        retryAfterMs: retryAfterS * 1_000,
        http: { status: 429 },
      },
    },
  );
}
