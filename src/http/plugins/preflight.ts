import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Headers that a browser sends to another origin only after asking it; any of them, with any text, will do. */
export const PREFLIGHT_HEADERS = [
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-graphql-yoga-csrf',
] as const;

/** What a page of any origin can send without asking first: https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const SIMPLE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

/**
 * Whether a request might have been sent by a page of another origin behind its reader's back: a browser asks beforehand
 * only for content types that forms do not know, and for headers of our own.
 */
export function needsPreflight(headers: Headers): boolean {
  if (PREFLIGHT_HEADERS.some((name) => headers.get(name))) return false;
  const type = headers.get('content-type');
  if (type === null) return true;
  // A list of types is read differently by different readers: each of them must be one that causes a preflight.
  return type.split(',').some((part) => {
    const essence = part.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    return SIMPLE_TYPES.has(essence) || !/^[\w.+-]+\/[\w.+-]+$/.test(essence);
  });
}

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
