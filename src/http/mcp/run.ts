import type { GraphQLError } from 'graphql';
import { formatInstant } from '../../base/time.ts';
import { headersOf } from '../http-message.ts';
import type { HttpRequest } from '../http-message.ts';
import { createMasker } from '../mask-error.ts';
import { noteAnswer } from '../plugins/audit.ts';
import { listCodes } from '../plugins/operation.ts';
import type { RequestContext } from '../plugins/operation.ts';
import { boundVariables, checkVariables, coerceVariables } from '../plugins/variables.ts';
import { noteDocument, runDocument } from '../run-document.ts';
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
  const { schema, costLimits, onFault } = options;
  const maxValues = boundVariables(costLimits.maxPageSize, schema);
  const mask = createMasker(onFault);

  /** @throws RequestError, GraphQLError */
  const readVariables = ({ known, isSpike }: Tool, args: Arguments): Arguments => {
    const refusal = checkVariables(args, maxValues);
    if (refusal) throw refusal;
    const given = isSpike ? { ...args, [BEFORE_FROM]: args['from'] } : args;
    const { errors, variableValues } = coerceVariables(schema, known.document, given, true);
    if (errors) throw errors[0]!;
    return isSpike ? { ...args, ...findBefore(variableValues.coerced) } : args;
  };

  return async (tool, args, request, asked, signal) => {
    const { notes } = asked;
    noteDocument(notes, tool.known);
    const translate = (error: unknown): GraphQLError => {
      signal.throwIfAborted();
      return mask(error);
    };
    try {
      const variables = readVariables(tool, args);
      const from = { signal, headers: headersOf(request) };
      const { data, errors } = await runDocument(options, tool.known, variables, from, asked);
      const [first] = errors;
      if (!data || (first && Object.values(data).every((value) => value === null)))
        throw first ?? new Error('The graph gave no data.');
      noteAnswer(notes, data);
      const translated = errors.map(translate);
      notes.errors = listCodes(translated);
      return { kind: 'answer', data, errors: translated };
    } catch (error) {
      const translated = translate(error);
      notes.errors = listCodes([translated]);
      return { kind: 'refusal', error: translated };
    }
  };
}

/** The start of the stretch before, which is as long. */
function findBefore({ from, to }: Arguments): Arguments {
  const fromMs = Number(from);
  return { [BEFORE_FROM]: formatInstant(fromMs - (Number(to) - fromMs)) };
}
