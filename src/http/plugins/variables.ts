import { getOperationAST, getVariableValues, GraphQLError } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RequestError } from '../../base/errors.ts';
import { refuse } from '../mask-error.ts';

/** The least bound on values: the default bound on the tokens of a document. */
const MIN_VALUES = 1_000;

/**
 * How many values the variables of a request may hold. The longest useful list holds ids, as many as a page has rows. A gateway
 * sends a representation for each row: an object with a type's name and an id.
 */
export function boundVariables(maxPageSize: number, schema: GraphQLSchema): number {
  const isSubgraph = schema.getType('_Any') !== undefined;
  return Math.max(MIN_VALUES, (isSubgraph ? 4 : 2) * maxPageSize);
}

/**
 * Refuses variables that are no JSON or that exceed a bound, before they are coerced.
 * @param maxValues of `boundVariables`
 */
export function useVariables(maxValues: number): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          // For a GET or a form, the library passes on the error of JSON.parse, which quotes the parameters.
          if (error instanceof SyntaxError) throw refuseParameters();
          throw error;
        }
      });
    },
    onParams({ params }) {
      const refusal = checkVariables(params.variables, maxValues);
      if (refusal) throw refuse(refusal);
    },
  };
}

function refuseParameters(): GraphQLError {
  return new GraphQLError("The parameters 'variables' and 'extensions' must be JSON objects.", {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });
}

/** Levels of nested values; the value of a variable is the first. A useful filter has 10 at most. */
export const MAX_VARIABLE_DEPTH = 20;

/** No input object has a tenth of it. The library prints the whole object into its message about an unknown field. */
export const MAX_VARIABLE_FIELDS = 100;

interface Level {
  readonly values: readonly unknown[];
  readonly depth: number;
}

/**
 * The refusal of variables that exceed a bound; null: they may be coerced. The library prints the value of a fault into its
 * message and recurses into each level, so both are bounded first. Stops at the first bound that is exceeded.
 *
 * @param maxValues values in all variables together, lists and objects included
 */
export function checkVariables(variables: unknown, maxValues: number): RequestError | null {
  const waiting: Level[] = [{ values: listValues(variables), depth: 1 }];
  let count = 0;
  for (let level = waiting.pop(); level; level = waiting.pop()) {
    count += level.values.length;
    if (count > maxValues) {
      return new RequestError(
        'LIMIT_EXCEEDED',
        `The variables of a request may hold ${maxValues} values, and these hold more. Ask in several parts.`,
        { limit: 'maxVariableValues', allowed: maxValues },
      );
    }
    for (const value of level.values) {
      // Listing the values of a large object takes several times as long as counting its names.
      if (!Array.isArray(value) && countFields(value) > MAX_VARIABLE_FIELDS) {
        return new RequestError(
          'LIMIT_EXCEEDED',
          `An object in the variables may have ${MAX_VARIABLE_FIELDS} fields, and one has more. No input type has that many.`,
          { limit: 'maxVariableFields', allowed: MAX_VARIABLE_FIELDS },
        );
      }
      const values = listValues(value);
      if (values.length === 0) continue;
      if (level.depth === MAX_VARIABLE_DEPTH) {
        return new RequestError(
          'LIMIT_EXCEEDED',
          `The value of a variable may have ${MAX_VARIABLE_DEPTH} levels, and this one has more. Leave out what cancels out.`,
          { limit: 'maxVariableDepth', allowed: MAX_VARIABLE_DEPTH },
        );
      }
      waiting.push({ values, depth: level.depth + 1 });
    }
  }
  return null;
}

/** The variables of a document with one operation, coerced, or the first fault. */
export function coerceVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  hideSuggestions: boolean,
): ReturnType<typeof getVariableValues> {
  const { variableDefinitions = [] } = getOperationAST(document)!;
  return getVariableValues(schema, variableDefinitions, variables, { hideSuggestions, maxErrors: 1 });
}

function countFields(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

function listValues(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
