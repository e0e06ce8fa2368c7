import { LRUCache } from 'lru-cache';
import type { HttpRequest } from './http-message.ts';

/** What a browser is told about pages of other origins, as Yoga takes it; false: nothing, so that it keeps answers from them. */
export type OriginRule =
  | false
  | {
      readonly origin: string[];
      readonly methods: string[];
      readonly exposedHeaders: string[];
      readonly credentials: false;
      readonly maxAge: number;
    };

/** Seconds for which a browser may keep the answer. */
const MAX_AGE_S = 600;
/** Origins of which it is remembered that they have been reported. */
const MAX_REPORTED = 100;
/** A DNS name has 253 letters at most. */
const MAX_ORIGIN_LETTERS = 300;

/** Which pages of other origins may read answers: those of `origins`, written as browsers write them, and no others. */
export function allowOrigins(
  origins: readonly string[],
): false | ((request: { readonly headers: Headers }) => OriginRule) {
  if (origins.length === 0) return false;
  return ({ headers }) => {
    const origin = headers.get('origin');
    // Nothing is said to others: 'null', which libraries like to send then, is the origin of every sandboxed frame.
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

/** The headers by which a page of `origin` may read an answer that Yoga does not give: a refusal, so that it learns why. */
export function corsHeadersFor(
  origin: string | undefined,
  origins: readonly string[],
): Record<string, string> {
  if (origin === undefined || !origins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after',
    vary: 'Origin',
  };
}

/**
 * Looks at each request, and reports a page whose browser keeps the answer from it, with the setting that admits the page's
 * origin: the page itself learns only that it may not read. Each origin is reported once.
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

/** null: it is this service's own page, or nothing that a browser sends. */
function refuseOrigin(
  origin: string,
  headers: HttpRequest['headers'],
  origins: readonly string[],
): string | null {
  if (origin.length > MAX_ORIGIN_LETTERS) return null;
  const url = URL.parse(origin);
  if (url?.origin !== origin) return null;
  // Behind a proxy the host may be another one.
  if (url.host === headers['host'] || headers['sec-fetch-site'] === 'same-origin') return null;
  const setting = [...origins, origin].join(',');
  return `A page of ${origin} may not read answers. Set SIGHTLINE_CORS_ORIGINS=${setting} to admit it.`;
}
