import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RequestError } from '../../base/errors.ts';
import type { GraphContext } from '../../graph/context.ts';
import { estimateOperation, refuseOperation } from '../../graph/cost/operation.ts';
import type { EstimateLimits, EstimateMoment, OperationEstimate } from '../../graph/cost/operation.ts';
import { runsInPart } from '../../graph/selection.ts';
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
export function useCost(options: CostOptions): Plugin<OperationContext, RequestContext> {
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const { contextValue } = args;
      const { operation, notes } = contextValue;
      const estimate = estimateOperation(args, options.costLimits, readMoment(contextValue));
      if (!estimate) {
        // Else its other fields would cost nothing.
        if (runsInPart(args)) setResultAndStopExecution({ errors: [refuse(refuseNull())] });
        return undefined;
      }
      notes.estimate = estimate;
      const refusal = refuseOperation(estimate, options.costLimits);
      if (refusal) {
        setResultAndStopExecution({ errors: [refuse(refusal)] });
        return undefined;
      }
      const verdict = await takePoints(options, operation, contextValue, estimate);
      if (verdict) notes.headers = rateHeaders(verdict);
      if (verdict && !verdict.isAllowed) {
        setResultAndStopExecution({ errors: [refuseRate(verdict, estimate)] });
        return undefined;
      }
      operation.callBudget.share(estimate);
      return {
        onExecuteDone({ result, setResult }) {
          if ('data' in result) setResult(settleCost(contextValue, estimate, verdict, result));
        },
      };
    },
    async onSubscribe({ args, setResultAndStopExecution }) {
      const { contextValue } = args;
      const { operation, notes } = contextValue;
      const estimate = estimateOperation(args, options.costLimits, readMoment(contextValue));
      if (!estimate) {
        if (runsInPart(args)) setResultAndStopExecution({ errors: [refuse(refuseNull())] });
        return;
      }
      notes.estimate = estimate;
      const refusal = refuseOperation(estimate, options.costLimits);
      // The points of one full update, so that opening streams is bounded too.
      const verdict = refusal ? null : await takePoints(options, operation, contextValue, estimate);
      if (verdict) notes.headers = rateHeaders(verdict);
      if (refusal) setResultAndStopExecution({ errors: [refuse(refusal)] });
      else if (verdict && !verdict.isAllowed)
        setResultAndStopExecution({ errors: [refuseRate(verdict, estimate)] });
    },
    onResponse({ response, serverContext }) {
      for (const [name, value] of Object.entries(serverContext.notes.headers))
        response.headers.set(name, value);
    },
  };
}

/** The refusal of an operation that can't be estimated, because a variable is null where an argument takes none. */
export function refuseNull(): RequestError {
  return new RequestError(
    'BAD_USER_INPUT',
    'A variable is null, and its argument takes no null. Leave it out.',
  );
}

/** Takes the points of an operation from its caller; null: this caller's points are not counted. Never rejects. */
export function takePoints(
  { rateLimit, answeredScope }: CostOptions,
  operation: Operation,
  asked: RequestContext,
  { cost }: OperationEstimate,
): RateVerdict | Promise<RateVerdict> | null {
  if (!rateLimit) return null;
  const payer = readPayer(asked, operation, answeredScope);
  return payer === null ? null : rateLimit.take(payer, cost);
}

/** Gives back the points that an operation did not need. Returns its result with what it cost. */
export function settleCost<Result extends { readonly data?: unknown }>(
  { isLocal, notes }: RequestContext,
  estimate: OperationEstimate,
  verdict: RateVerdict | null,
  result: Result & { readonly extensions?: Readonly<Record<string, unknown>> },
): Result {
  const actual = estimate.measure(result.data, notes.vendorCalls);
  notes.cost = { requested: estimate.cost, actual };
  verdict?.giveBack(Math.max(estimate.cost - actual, 0));
  const { leastCalls, plannedCalls, mostCalls } = estimate;
  const calling = { leastCalls, plannedCalls, mostCalls };
  const cost = { requested: estimate.cost, actual, ...(isLocal ? calling : {}) };
  return { ...result, extensions: { ...result.extensions, cost } };
}

/**
 * The caller whose points are spent. Callers without a name but with vendor credentials of their own are distinguished by these
 * credentials, because a proxy may give all of them one address. Credentials that no vendor has answered may be made up, so
 * they do not count.
 */
function readPayer(
  { caller, rateKey }: RequestContext,
  operation: Operation,
  answeredScope: CostOptions['answeredScope'],
): string | null {
  if (rateKey === null || caller.name !== null) return rateKey;
  const scope = answeredScope(operation);
  return scope === null ? rateKey : `scope ${scope}`;
}

/** A source that is not configured, or that this caller may not read, is refused in its field without a call. */
export function readMoment({ nowMs, service, viewer }: GraphContext): EstimateMoment {
  const { readable } = splitSources({ sources: service.configured }, viewer);
  return { nowMs, viewer, callable: new Set(readable) };
}

/** The refusal of an operation for which its caller has too few points. */
export function refuseRate(
  { remaining, retryAfterS, policy }: RateVerdict,
  { cost }: Pick<OperationEstimate, 'cost'>,
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
