import { corsHeadersFor } from './cors.ts';
import { JSON_TYPE, TEXT_TYPE } from './http-message.ts';
import type { HttpAnswer, HttpRequest } from './http-message.ts';

/** A refusal by the handler itself, before Yoga sees the request, and its code for the log. */
export interface Refusal extends HttpAnswer {
  readonly code: string;
}

/** Clients read error codes only in this type, because another server's page can't have it. */
const RESPONSE_TYPE = 'application/graphql-response+json';
const UNAUDITED_RETRY_S = 5;

/** The answer instead of one for which the audit trail has no line. */
export const UNAUDITED: Refusal = refuseAsJson(
  503,
  'INTERNAL_SERVER_ERROR',
  "The audit trail can't be written, and nothing is answered without it. Ask again later.",
  { retryAfterMs: UNAUDITED_RETRY_S * 1_000 },
  { 'retry-after': String(UNAUDITED_RETRY_S) },
);

/** The answer to an agent on a web page that the operator has not listed. */
export const FOREIGN_ORIGIN: Refusal = refuseAsJson(
  403,
  'FORBIDDEN',
  'A page of another origin may not ask here, unless the operator names its origin in SIGHTLINE_CORS_ORIGINS.',
  {},
  {},
);

/** The answer to an agent without a key or a token. */
export const NO_PROOF: Refusal = refuseAsJson(
  401,
  'UNAUTHENTICATED',
  "This needs an authenticated caller. Send an API key or a token: 'authorization: Bearer …'.",
  {},
  { 'www-authenticate': 'Bearer realm="sightline"' },
);

export const WRONG_HOST: HttpAnswer = {
  status: 400,
  headers: TEXT_TYPE,
  body: 'The Host header must name one host.\n',
};

export const FOREIGN_HOST: HttpAnswer = {
  status: 421,
  headers: TEXT_TYPE,
  body: 'This service answers on this machine only.\n',
};

/** Sent to a connection whose caller has stopped sending. */
export const BROKEN_BODY: HttpAnswer = {
  status: 400,
  headers: TEXT_TYPE,
  body: 'The request ended before its body did.\n',
};

export const FAILED: HttpAnswer = { status: 500, headers: TEXT_TYPE, body: 'Something went wrong.\n' };

/** Closes the connection, because waiting for the rest of the body would cost what the bound saves. */
export function refuseBody(maxBytes: number): Refusal {
  return refuseAsJson(
    413,
    'LIMIT_EXCEEDED',
    `A request body may have ${maxBytes} bytes, and this one has more.`,
    { limit: 'maxBodyBytes', allowed: maxBytes },
    { connection: 'close' },
  );
}

/** A refusal in the media type that its caller accepts, with the headers by which a page of a listed origin may read it. */
export function addressRefusal(
  { status, headers, body }: HttpAnswer,
  request: HttpRequest,
  corsOrigins: readonly string[],
): HttpAnswer {
  const isTyped = request.headers['accept']?.includes(RESPONSE_TYPE);
  return {
    status,
    headers: {
      ...headers,
      ...(isTyped && { 'content-type': `${RESPONSE_TYPE}; charset=utf-8` }),
      ...corsHeadersFor(request.headers['origin'], corsOrigins),
    },
    ...(body === undefined ? {} : { body }),
  };
}

function refuseAsJson(
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
): Refusal {
  const body = JSON.stringify({ errors: [{ message, extensions: { code, ...details } }] });
  return { status, headers: { ...JSON_TYPE, ...headers }, body, code };
}
