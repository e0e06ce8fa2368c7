import { getOperationAST, getVariableValues } from 'graphql';
import type { GraphQLError } from 'graphql';
import { RequestError } from '../../base/errors.ts';
import { formatInstant } from '../../base/time.ts';
import { estimateOperation, refuseOperation } from '../../graph/cost/operation.ts';
import type { HttpRequest } from '../http-message.ts';
import { rateHeaders } from '../limits/rate-limit.ts';
import { isAbandoned, isMasked, maskError, refuse } from '../mask-error.ts';
import { createOperation } from '../operation.ts';
import { noteAnswer } from '../plugins/audit.ts';
import { readMoment, refuseRate, settleCost, takePoints } from '../plugins/cost.ts';
import { endOperation, listCodes } from '../plugins/operation.ts';
import type { RequestContext } from '../plugins/operation.ts';
import { boundVariables, checkVariables } from '../plugins/variables.ts';
import type { YogaOptions } from '../yoga.ts';
import { BEFORE_FROM } from './tool.ts';
import type { Tool } from './tool.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** The answer of a tool's operation, or its refusal. Errors are those for callers. */
export type Ran =
  | {
      readonly kind: 'answer';
      readonly data: Readonly<Record<string, unknown>>;
      readonly errors: readonly GraphQLError[];
    }
  | { readonly kind: 'refusal'; readonly error: GraphQLError };

/** Runs the operation of a tool for a caller. Rejects only if the signal aborts. */
export type RunTool = (
  tool: Tool,
  args: Arguments,
  request: HttpRequest,
  asked: RequestContext,
  signal: AbortSignal,
) => Promise<Ran>;

/** Runs tools through the graph in this process, with the checks and the bounds that the same operation has over HTTP. */
export function createToolRunner(options: YogaOptions): RunTool {
  const { schema, costLimits, createContext, onFault } = options;
  const maxValues = boundVariables(costLimits.maxPageSize, schema);

  return async (tool, args, request, asked, signal) => {
    const { document, name, hash, coerce, compiled } = tool.known;
    const { notes } = asked;
    notes.operation = name;
    notes.document = hash;
    const translate = (error: unknown): GraphQLError => {
      signal.throwIfAborted();
      const masked = maskError(error);
      if (masked !== error && isMasked(masked) && !isAbandoned(error)) onFault(error);
      return masked;
    };
    const fail = (error: unknown): Ran => {
      const translated = translate(error);
      notes.errors = listCodes([translated]);
      return { kind: 'refusal', error: translated };
    };
    /** @throws RequestError, GraphQLError */
    const readVariables = (): Arguments => {
      const refusal = checkVariables(args, maxValues);
      if (refusal) throw refusal;
      const variables = tool.isSpike ? { ...args, [BEFORE_FROM]: args['from'] } : args;
      const { variableDefinitions = [] } = getOperationAST(document)!;
      const read = getVariableValues(schema, variableDefinitions, variables, {
        hideSuggestions: true,
        maxErrors: 1,
      });
      if (!read.variableValues) throw read.errors[0]!;
      return tool.isSpike ? { ...args, ...findBefore(read.variableValues.coerced) } : args;
    };
    const get = (header: string): string | null => request.headers[header] ?? null;
    let end = (): void => {};
    try {
      const variables = readVariables();
      const operation = createOperation(options, { signal }, { get }, asked.caller);
      ({ end } = operation);
      const coerced = coerce(variables);
      if (!coerced)
        return fail(new RequestError('BAD_USER_INPUT', 'A condition must be true or false, not null.'));
      const context = createContext(operation);
      const estimate = estimateOperation(
        { schema, document, variableValues: variables, coerced },
        costLimits,
        readMoment(context),
      );
      if (!estimate) return fail(new Error('The operation of a tool has no estimate.'));
      notes.operationType = 'query';
      notes.estimate = estimate;
      const refusal = refuseOperation(estimate, costLimits);
      if (refusal) return fail(refuse(refusal));
      const verdict = await takePoints(options, operation, asked, estimate);
      if (verdict) notes.headers = rateHeaders(verdict);
      if (verdict && !verdict.isAllowed) return fail(refuseRate(verdict, estimate));
      operation.callBudget.share(estimate);
      const result = await compiled(coerced)(context, coerced);
      const { data, errors = [] } = endOperation(operation, asked, result);
      settleCost(asked, estimate, verdict, { data });
      const [first] = errors;
      if (!data || (first && Object.values(data).every((value) => value === null)))
        return fail(first ?? new Error('The graph gave no data.'));
      noteAnswer(notes, data);
      const translated = errors.map(translate);
      notes.errors = listCodes(translated);
      return { kind: 'answer', data, errors: translated };
    } catch (error) {
      return fail(error);
    } finally {
      end();
    }
  };
}

/** The start of the stretch before, which is as long. */
function findBefore({ from, to }: Arguments): Arguments {
  const fromMs = Number(from);
  return { [BEFORE_FROM]: formatInstant(fromMs - (Number(to) - fromMs)) };
}
