import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../graph/context.ts';
import { planOperation, refusePlan } from '../graph/plan/plan-operation.ts';
import type { OperationPlan, PlanMoment } from '../graph/plan/plan-operation.ts';
import type { PlanLimits } from '../graph/plan/plan-limits.ts';
import { partSources } from '../graph/timeline/forbidden-sources.ts';
import { refuse } from './mask-error.ts';
import { rateHeaders } from './rate-headers.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Operation } from './operation.ts';
import type { RateVerdict } from './rate-verdict.ts';
import type { OperationContext, RequestContext } from './use-operation.ts';

export interface PlanOptions {
  readonly planning: PlanLimits;
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
export function usePlan({
  planning,
  rateLimit,
  answeredScope,
}: PlanOptions): Plugin<OperationContext, RequestContext> {
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const { operation, notes, isLocal } = args.contextValue;
      const plan = planOperation(args, planning, readMoment(args.contextValue));
      if (!plan) return undefined;
      notes.plan = plan;
      const refusal = refusePlan(plan, planning);
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
      operation.ledger.share({ keptFromScans, scans, counts });
      return {
        onExecuteDone({ result, setResult }) {
          if (!('data' in result)) return;
          const calls = operation.ledger.tallies().reduce((sum, tally) => sum + tally.calls, 0);
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
  answeredScope: PlanOptions['answeredScope'],
): string | null {
  if (rateKey === null || caller.name !== null) return rateKey;
  const scope = answeredScope(operation);
  return scope === null ? rateKey : `scope ${scope}`;
}

/** What is not configured, or not for this caller, is refused in its field without a call. */
function readMoment({ nowMs, service, viewer }: GraphContext): PlanMoment {
  const configured = service.sources().flatMap(({ source, configured: is }) => (is ? [source] : []));
  const { readable } = partSources({ sources: configured }, viewer);
  return { nowMs, callable: new Set(readable) };
}

function refuseRate({ remaining, retryAfterS, policy }: RateVerdict, { cost }: OperationPlan): GraphQLError {
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
