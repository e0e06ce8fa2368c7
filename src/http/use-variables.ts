import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { checkVariables } from './check-variables.ts';
import { refuse } from './mask-error.ts';

/** Refuses variables that are no JSON, or more than may be looked at, before anything is done with them. */
export function useVariables(): Plugin {
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
      const refusal = checkVariables(params.variables);
      if (refusal) throw refuse(refusal);
    },
  };
}

function refuseParameters(): GraphQLError {
  return new GraphQLError("The parameters 'variables' and 'extensions' must be JSON objects.", {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });
}
