import { LRUCache } from 'lru-cache';
import type { HttpRequest } from './http-message.ts';

/** CORS headers as Yoga takes them; false: none, so that browsers keep the answer from pages of other origins. */
export type OriginRule =
  | false
  | {
      readonly origin: string[];
      readonly methods: string[];
      readonly exposedHeaders: string[];
      readonly credentials: false;
      readonly maxAge: number;
    };

/** Seconds for which a browser may keep the answer to a preflight request. */
const MAX_AGE_S = 600;
/** Origins to remember, so that each is reported once. */
const MAX_REPORTED = 100;
/** A DNS name has 253 letters at most. */
const MAX_ORIGIN_LETTERS = 300;

/** Lets pages of `origins` read answers, and no others. An origin is written as browsers send it: `https://example.com`. */
export function allowOrigins(
  origins: readonly string[],
): false | ((request: { readonly headers: Headers }) => OriginRule) {
  if (origins.length === 0) return false;
  return ({ headers }) => {
    const origin = headers.get('origin');
    // Others get no header. The value 'null', which some libraries send, would admit every sandboxed frame.
    if (origin === null || !origins.includes(origin)) return false;
    return {
      origin: [origin],
      methods: ['GET', 'POST'],
      exposedHeaders: ['ratelimit', 'ratelimit-policy', 'retry-after'],
      credentials: false,
      maxAge: MAX_AGE_S,
    };
  };
}

/**
 * Headers that let a page of a listed `origin` read an answer that Yoga did not make.
 * @param exposed the headers of the answer that the page may read
 */
export function corsHeadersFor(
  origin: string | undefined,
  origins: readonly string[],
  exposed = 'retry-after',
): { readonly [name: string]: string; readonly vary?: string } {
  if (origin === undefined || !origins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposed,
    vary: 'Origin',
  };
}

/**
 * The answer to a preflight request for something that Yoga does not answer.
 * @param headers that pages may send besides those that identify a caller
 */
export function preflightHeadersFor(
  origin: string | undefined,
  origins: readonly string[],
  method: 'GET' | 'POST' = 'GET',
  headers = '',
): Record<string, string> {
  if (origin === undefined || !origins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': method,
    'access-control-allow-headers': `authorization, x-api-key, x-usage-authorization, x-events-authorization${headers && `, ${headers}`}`,
    'access-control-max-age': String(MAX_AGE_S),
    vary: 'Origin',
  };
}

/**
 * Reports, once for each origin, that its pages can't read answers, and the setting that admits them. The page itself only
 * learns that the request failed.
 */
export function createOriginReport(
  origins: readonly string[],
  report: (message: string) => void,
): (headers: HttpRequest['headers']) => void {
  const reported = new LRUCache<string, true>({ max: MAX_REPORTED });
  return (headers) => {
    const origin = headers['origin'];
    if (origin === undefined || origins.includes(origin) || reported.has(origin)) return;
    const message = origin === 'null' ? NO_ORIGIN : refuseOrigin(origin, headers, origins);
    if (message === null) return;
    reported.set(origin, true);
    report(message);
  };
}

const NO_ORIGIN =
  'A page without an origin (a file, a sandboxed frame) may not read answers. Serve it over HTTP and name its origin in SIGHTLINE_CORS_ORIGINS.';

/** null: the request is from this service's own page, or `origin` is nothing that a browser sends. */
function refuseOrigin(
  origin: string,
  headers: HttpRequest['headers'],
  origins: readonly string[],
): string | null {
  if (origin.length > MAX_ORIGIN_LETTERS) return null;
  const url = URL.parse(origin);
  if (url?.origin !== origin) return null;
  // Behind a proxy, `host` may differ from the origin of this service's own page.
  if (url.host === headers['host'] || headers['sec-fetch-site'] === 'same-origin') return null;
  const setting = [...origins, origin].join(',');
  return `A page of ${origin} may not read answers. Set SIGHTLINE_CORS_ORIGINS=${setting} to admit it.`;
}
