import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { checkVariables } from './check-variables.ts';
import { refuse } from './mask-error.ts';

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
