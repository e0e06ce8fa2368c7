import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RequestError } from '../../base/errors.ts';
import { refuse } from '../mask-error.ts';

/** So many values are always taken: as many as a document has tokens. */
const MIN_VALUES = 1_000;

/** Refuses variables that are no JSON, or more than may be looked at, before anything is done with them. */
export function useVariables(maxPageSize: number): Plugin {
  // The longest list that has a use is one of ids, of which there may be as many as rows.
  const maxValues = Math.max(MIN_VALUES, 2 * maxPageSize);
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          // Parameters of a GET or a form: the library lets through what JSON.parse says, which quotes them.
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

/** How deep values may stand in each other, the value of a variable being the first. A filter goes 10 down at most. */
export const MAX_VARIABLE_DEPTH = 20;

/** No input object has a tenth of it. The library copies a whole object into its sentence about a field too many. */
export const MAX_VARIABLE_FIELDS = 100;

interface Level {
  readonly values: readonly unknown[];
  readonly depth: number;
}

/**
 * Why the variables of a request must not be read; null: they may. Each fault in a value costs the library a copy of the value
 * in its sentence, and each level a step of recursion, so that both are bounded before it looks. Goes no further than the bounds.
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
      // To count names is some times cheaper than to list values.
      if (!Array.isArray(value) && countFields(value) > MAX_VARIABLE_FIELDS) {
        return new RequestError(
          'LIMIT_EXCEEDED',
          `An object in the variables may have ${MAX_VARIABLE_FIELDS} fields, and one has more. No input has so many.`,
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

function countFields(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

function listValues(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
