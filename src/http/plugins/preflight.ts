import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Browsers send these headers to another origin only after a preflight request. One is enough, with any text. */
export const PREFLIGHT_HEADERS = [
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-graphql-yoga-csrf',
] as const;

/** Types that browsers send without a preflight request: https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const SIMPLE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

/**
 * Whether a page of another origin may have sent a request without a preflight request (CSRF). Browsers send one only for
 * content types that HTML forms can't send, and for headers that are not standard.
 */
export function needsPreflight(headers: Headers): boolean {
  if (PREFLIGHT_HEADERS.some((name) => headers.get(name))) return false;
  const type = headers.get('content-type');
  if (type === null) return true;
  // Browsers and servers read a list of types differently, so each type in it must cause a preflight request.
  return type.split(',').some((part) => {
    const essence = part.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    return SIMPLE_TYPES.has(essence) || !/^[\w.+-]+\/[\w.+-]+$/.test(essence);
  });
}

/** Refuses such requests before they are parsed. */
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
