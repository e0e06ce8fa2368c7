import type { GraphQLError } from 'graphql';
import { SECOND_MS } from '../../base/time.ts';
import { JSON_TYPE } from '../http-message.ts';
import type { HttpAnswer } from '../http-message.ts';

/** The status of a refused export, by its code. */
const STATUS_OF: Readonly<Record<string, number>> = {
  BAD_USER_INPUT: 400,
  CURSOR_INVALID: 400,
  LIMIT_EXCEEDED: 400,
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  INTERNAL_SERVER_ERROR: 500,
  UPSTREAM_UNAVAILABLE: 503,
  UPSTREAM_RATE_LIMITED: 503,
  UPSTREAM_TIMEOUT: 504,
};
const OF_A_VENDOR = 502;

/** The answer instead of an export: the error as the graph writes it, and a status of its own. */
export function answerRefusal({ message, extensions }: GraphQLError, status?: number): HttpAnswer {
  const { http, ...facts } = extensions;
  const code = String(facts['code']);
  const { retryAfterMs } = facts;
  return {
    status: status ?? readStatus(http) ?? STATUS_OF[code] ?? OF_A_VENDOR,
    headers: {
      ...JSON_TYPE,
      ...(code === 'UNAUTHENTICATED' && { 'www-authenticate': 'Bearer realm="sightline"' }),
      ...(typeof retryAfterMs === 'number' && { 'retry-after': String(Math.ceil(retryAfterMs / SECOND_MS)) }),
    },
    body: JSON.stringify({ errors: [{ message, extensions: facts }] }),
  };
}

/** The status that an error asks for, unless only a media type of GraphQL does. */
function readStatus(http: unknown): number | null {
  if (typeof http !== 'object' || http === null || 'spec' in http || !('status' in http)) return null;
  return typeof http.status === 'number' ? http.status : null;
}
