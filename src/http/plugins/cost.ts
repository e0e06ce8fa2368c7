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
  /** Points for each caller; null: nobody is bounded. */
  readonly rateLimit: RateLimit | null;
  /** The scope of the credentials that a caller has brought, if a vendor has answered these before; else null. */
  readonly answeredScope: (operation: Operation) => string | null;
}

/**
 * Plans each operation before it is run: refuses what would make too many vendor calls, cost too much, or is more than its
 * caller has points for; shares the calls out between scans; and tells in `extensions.cost` what was reckoned with and what
 * it came to.
 */
export function useCost({
  costLimits,
  rateLimit,
  answeredScope,
}: CostOptions): Plugin<OperationContext, RequestContext> {
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const { operation, notes, isLocal } = args.contextValue;
      const plan = estimateOperation(args, costLimits, readMoment(args.contextValue));
      if (!plan) return undefined;
      notes.plan = plan;
      const refusal = refuseOperation(plan, costLimits);
      if (refusal) {
        setResultAndStopExecution({ errors: [refuse(refusal)] });
        return undefined;
      }
      const payer = readPayer(args.contextValue, answeredScope);
      const verdict = payer === null || !rateLimit ? null : await rateLimit.take(payer, plan.cost);
      if (verdict) notes.headers = rateHeaders(verdict);
      if (verdict && !verdict.isAllowed) {
        setResultAndStopExecution({ errors: [refuseRate(verdict, plan)] });
        return undefined;
      }
      const { keptFromScans, scans, counts } = plan;
      operation.callBudget.share({ keptFromScans, scans, counts });
      return {
        onExecuteDone({ result, setResult }) {
          if (!('data' in result)) return;
          const calls = operation.callBudget.tallies().reduce((sum, tally) => sum + tally.calls, 0);
          const actual = plan.measure(result.data, calls);
          verdict?.giveBack(Math.max(plan.cost - actual, 0));
          const { leastCalls, plannedCalls, mostCalls } = plan;
          const calling = {
            leastCalls,
            plannedCalls,
            mostCalls: Number.isFinite(mostCalls) ? mostCalls : null,
          };
          const cost = { requested: plan.cost, actual, ...(isLocal ? calling : {}) };
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
 * Whose points are spent. Of callers who do not say who they are, those with credentials of their own are told apart by
 * these, since a proxy may give all of them one address; not by credentials that may be made up.
 */
function readPayer(
  { caller, rateKey, operation }: OperationContext,
  answeredScope: CostOptions['answeredScope'],
): string | null {
  if (rateKey === null || caller.name !== null) return rateKey;
  const scope = answeredScope(operation);
  return scope === null ? rateKey : `scope ${scope}`;
}

/** What is not configured, or not for this caller, is refused in its field without a call. */
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
