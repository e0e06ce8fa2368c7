import type { GraphQLError } from 'graphql';

/** What to ask instead, by the code of a refusal. */
const INSTEAD: Readonly<Record<string, string>> = {
  BAD_USER_INPUT: 'Correct the argument and call the tool again. Its input schema says how it is written.',
  CURSOR_INVALID: "Begin again without 'after'. If you go on, repeat all other arguments exactly.",
  LIMIT_EXCEEDED: 'Ask for less: a shorter range, a narrower filter, or a smaller first or top.',
  UNAUTHENTICATED: 'Do not try again. Tell the user that the key or token is missing or not valid.',
  FORBIDDEN: 'Do not try again. Tell the user which scope is missing, or ask without personal data.',
  SOURCE_NOT_CONFIGURED: 'Do not try again. service_status says which sources there are.',
  UPSTREAM_TIMEOUT: 'Ask for a shorter range, or ask again later.',
  UPSTREAM_UNAVAILABLE: 'Ask again later, once or twice.',
  UPSTREAM_RATE_LIMITED: 'Ask again later, once or twice.',
  UPSTREAM_UNAUTHENTICATED:
    "Do not try again. Tell the user that the vendor refuses this service's credentials.",
  UPSTREAM_FORBIDDEN: "Do not try again. Tell the user that the vendor refuses this service's credentials.",
  INTERNAL_SERVER_ERROR: 'Ask again once. If it fails again, tell the user.',
};
const OF_A_VENDOR = 'Ask for a shorter range or another filter, or ask again later.';

/** A refusal in words that say what to ask instead. */
export function describeRefusal({ message, extensions }: GraphQLError): string {
  const code = String(extensions['code']);
  const { retryAfterMs, scopes } = extensions;
  const wait =
    typeof retryAfterMs === 'number' ? ` Wait at least ${Math.ceil(retryAfterMs / 1_000)} s before.` : '';
  const missing = Array.isArray(scopes) ? ` Missing scope: ${scopes.join(' or ')}.` : '';
  const proof = code.startsWith('UPSTREAM_') ? ' This does not prove that nothing happened.' : '';
  // The library names the variables of the operation, which are the arguments of the tool.
  const sentence = message.replace(/^Variable "\$(\w+)"/, "The argument '$1'");
  return `Refused (${code}): ${sentence}${missing}${proof} ${INSTEAD[code] ?? OF_A_VENDOR}${wait}`;
}
