import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { needsPreflight, PREFLIGHT_HEADERS } from './needs-preflight.ts';

/** Refuses, before it is read, what a page of another origin could have sent without asking. */
export function usePreflight(): Plugin {
  return {
    onRequestParse({ request }) {
      if (request.method !== 'GET' && request.method !== 'POST') return;
      if (!needsPreflight(request.headers)) return;
      throw new GraphQLError(
        `Send content-type: application/json, or the header ${PREFLIGHT_HEADERS[0]} with any text: it keeps pages of other origins out.`,
        { extensions: { code: 'BAD_REQUEST', http: { status: 403 } } },
      );
    },
  };
}
