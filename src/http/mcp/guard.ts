import { preflightHeadersFor } from '../cors.ts';
import { TEXT_TYPE } from '../http-message.ts';
import type { HttpAnswer, HttpRequest } from '../http-message.ts';
import type { Caller } from '../identity/caller.ts';
import { FOREIGN_ORIGIN, NO_PROOF } from '../refusals.ts';
import type { Refusal } from '../refusals.ts';

/** The answer to every method but POST: this service keeps no session that could be read or ended. */
export function answerOtherMethod(
  { method, headers }: HttpRequest,
  corsOrigins: readonly string[],
): HttpAnswer {
  const allow = 'POST, OPTIONS';
  if (method !== 'OPTIONS') return { status: 405, headers: { allow, ...TEXT_TYPE }, body: POST_ONLY };
  const preflight = preflightHeadersFor(headers['origin'], corsOrigins, 'POST', MCP_HEADERS);
  return { status: 204, headers: { allow, ...preflight } };
}

const POST_ONLY = 'Agents ask here by POST, in the Model Context Protocol; there are no sessions.\n';
const MCP_HEADERS = 'content-type, mcp-protocol-version, mcp-method, mcp-name';

/**
 * The refusal of a page whose origin is not listed, as the protocol demands it, and of a caller who must say who they are; null: the
 * request is answered.
 */
export function refuseAgent(
  { headers: { origin } }: HttpRequest,
  { isAnonymous }: Caller,
  corsOrigins: readonly string[],
): Refusal | null {
  if (origin !== undefined && !corsOrigins.includes(origin)) return FOREIGN_ORIGIN;
  return isAnonymous ? NO_PROOF : null;
}
