import {
  createSourceEventStream,
  execute,
  executeSubscriptionEvent,
  GraphQLError,
  Kind,
  mapSourceToResponseEvent,
  parse,
  specifiedRules,
  validate,
  validateInputLiteral,
  validateSubscriptionArgs,
  ValuesOfCorrectTypeRule,
} from 'graphql';
import type {
  ASTNode,
  ASTVisitor,
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  GraphQLInputType,
  GraphQLSchema,
  ValidationContext,
  ValidationRule,
  ValueNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RequestError } from '../../base/errors.ts';
import { checkBounds } from '../limits/document-bounds.ts';
import type { DocumentBounds } from '../limits/document-bounds.ts';
import { addInputExample, refuse } from '../mask-error.ts';
import { findArgument } from './argument-path.ts';
import { mayIntrospect, SuggestNames } from './introspection.ts';
import type { OperationContext, RequestContext } from './operation.ts';

const VALUE_KINDS: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

/** Each fault prints a copy of its value, so only a few are made, and only the first for variables. */
const MAX_FAULTS = 5;
const OPTIONS = { maxCoercionErrors: 1 };

/** graphql-js with bounds, and without suggestions of names for callers who may not introspect. */
export interface GraphqlEngine {
  /** @throws GraphQLError for a syntax error, or for too many tokens (`LIMIT_EXCEEDED`) */
  readonly parse: (text: string) => DocumentNode;
  /** The faults of a document. If it exceeds a bound, no other rule runs. */
  readonly validate: (
    schema: GraphQLSchema,
    document: DocumentNode,
    rules?: readonly ValidationRule[],
  ) => readonly GraphQLError[];
  readonly execute: typeof execute;
  /** Each update of a stream has a context of its own, because that of the request is past its deadline. */
  readonly subscribe: typeof subscribeAnew;
}

export function createGraphqlEngine(bounds: DocumentBounds): GraphqlEngine {
  return {
    parse(text) {
      try {
        return parse(text, { maxLexicalTokens: bounds.maxTokens });
      } catch (error) {
        throw readParseFault(error, bounds.maxTokens);
      }
    },
    validate(schema, document, rules = specifiedRules) {
      const refusal = checkBounds(document, bounds);
      if (refusal) return [refuse(refusal)];
      const hideSuggestions = !rules.includes(SuggestNames);
      const cheapRules = rules.map((rule) => (rule === ValuesOfCorrectTypeRule ? FirstFaultOfValue : rule));
      const faults = validate(schema, document, cheapRules, { hideSuggestions, maxErrors: MAX_FAULTS });
      return faults.map((fault) => nameArgument(fault, document));
    },
    execute: (args: ExecutionArgs) =>
      execute({ ...args, options: OPTIONS, hideSuggestions: hidesSuggestions(args) }),
    subscribe: subscribeAnew,
  };
}

/** The standard rule for values, except that it names only the first fault of each: every fault prints the whole value. */
function FirstFaultOfValue(context: ValidationContext): ASTVisitor {
  const check = (node: ValueNode, type: GraphQLInputType | null | undefined): false => {
    if (!type) return false;
    try {
      validateInputLiteral(
        node,
        type,
        (fault) => {
          throw fault;
        },
        undefined,
        undefined,
        context.hideSuggestions,
      );
    } catch (fault) {
      context.reportError(fault as GraphQLError);
    }
    return false;
  };
  const checkHere = (node: ValueNode) => check(node, context.getInputType());
  return {
    NullValue: checkHere,
    ListValue: (node) => check(node, context.getParentInputType()),
    ObjectValue: checkHere,
    EnumValue: checkHere,
    IntValue: checkHere,
    FloatValue: checkHere,
    StringValue: checkHere,
    BooleanValue: checkHere,
  };
}

async function subscribeAnew(
  args: ExecutionArgs,
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  const validated = validateSubscriptionArgs({
    ...args,
    options: OPTIONS,
    hideSuggestions: hidesSuggestions(args),
  });
  if (!('schema' in validated)) return { errors: validated };
  const events = await createSourceEventStream(validated);
  if (!(Symbol.asyncIterator in events)) return events;
  const { renew } = args.contextValue as OperationContext;
  return mapSourceToResponseEvent(validated, events, async (each) => {
    const { contextValue, end } = renew();
    const result = await executeSubscriptionEvent({ ...each, contextValue });
    end();
    return result;
  });
}

function hidesSuggestions({ contextValue }: ExecutionArgs): boolean {
  return !mayIntrospect((contextValue as RequestContext).caller);
}

function readParseFault(error: unknown, maxTokens: number): unknown {
  // The parser gives no code, only this message.
  const isTooLong = error instanceof GraphQLError && error.message.includes(`more than ${maxTokens} tokens`);
  if (!isTooLong) return error;
  return refuse(
    new RequestError(
      'LIMIT_EXCEEDED',
      `A document may have ${maxTokens} tokens, and this one has more. Move values into variables, or spread fields over several operations.`,
      { limit: 'maxTokens', allowed: maxTokens },
    ),
  );
}

/** Makes a wrong value in the document `BAD_USER_INPUT` with its argument, as a wrong value in a variable is. */
function nameArgument(fault: GraphQLError, document: DocumentNode): GraphQLError {
  const node: ASTNode | undefined = fault.nodes?.[0];
  if (!node || !VALUE_KINDS.has(node.kind)) return fault;
  const argument = findArgument(document, node);
  if (argument === null) return fault;
  const { message, nodes, source, positions } = fault;
  return new GraphQLError(addInputExample(message), {
    nodes,
    source,
    positions,
    extensions: { code: 'BAD_USER_INPUT', argument, http: { spec: true, status: 400 } },
  });
}

/** Replaces Yoga's engine, which would suggest names to every caller. */
export function useEngine(engine: GraphqlEngine): Plugin {
  return {
    onParse: ({ setParseFn }) => setParseFn(engine.parse),
    onValidate: ({ setValidationFn }) => setValidationFn(engine.validate),
    onExecute: ({ setExecuteFn }) => setExecuteFn(engine.execute),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(engine.subscribe),
  };
}
