import { GraphQLError } from 'graphql';
import { RequestError, UpstreamError } from '../base/errors.ts';
import { INPUT_EXAMPLES } from '../graph/schema.ts';

/** The message for every fault of this service. */
export const INTERNAL_MESSAGE = 'Something went wrong in this service. It has been logged.';

const DEADLINE_MESSAGE =
  'The operation took longer than it may. Ask for a shorter range, a smaller page or fewer fields.';

/** For a request that is refused before execution, graphql-over-http requires 400 in its own media type and 200 otherwise. */
const REQUEST_REFUSED = { http: { spec: true, status: 400 } };

/**
 * Translates every failure for callers. The errors of this service keep their codes, and the library's errors about the
 * caller's request (`GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED`, `BAD_USER_INPUT`) their messages. All others are
 * masked. Path and locations stay.
 */
export function maskError(error: unknown): GraphQLError {
  const known = findCause(error, isOurs);
  if (known instanceof UpstreamError) return located(error, known.message, readUpstream(known));
  if (known instanceof RequestError)
    return located(error, known.message, { ...readRequest(known), ...readHttp(error) });
  if (findCause(error, isTimeout)) return located(error, DEADLINE_MESSAGE, { code: 'UPSTREAM_TIMEOUT' });
  if (error instanceof GraphQLError) {
    const argument = readCoercionFault(error);
    if (argument !== null) {
      const message = addInputExample(error.message);
      return located(error, message, { code: 'BAD_USER_INPUT', argument, ...readHttp(error) });
    }
    // With a path, the library's message quotes a value of this service's own answer.
    if (error.path === undefined && isOfTheLibrary(error)) return readLibraryFault(error);
  }
  return located(error, INTERNAL_MESSAGE, { code: 'INTERNAL_SERVER_ERROR', ...readHttp(error, 500) });
}

/** Whether a translated error hides its cause, so that the cause must be logged. */
export function isMasked(error: GraphQLError): boolean {
  return error.extensions['code'] === 'INTERNAL_SERVER_ERROR';
}

/** Whether an operation failed because its caller left. That is no fault of this service. */
export function isAbandoned(error: unknown): boolean {
  return listCauses(error).some((cause) => cause instanceof Error && cause.name === 'AbortError');
}

/** Translates as `maskError` does, and gives the cause to `onFault` if it is masked. */
export function createMasker(onFault: (error: unknown) => void): (error: unknown) => GraphQLError {
  return (error) => {
    const masked = maskError(error);
    // One that is translated already has been given.
    if (masked !== error && isMasked(masked) && !isAbandoned(error)) onFault(error);
    return masked;
  };
}

/** A refusal before execution as a GraphQLError, with status 400 if the media type allows it. */
export function refuse(error: RequestError): GraphQLError {
  return new GraphQLError(error.message, { extensions: { ...readRequest(error), ...REQUEST_REFUSED } });
}

function readUpstream({ code, source, operation, retryAfterMs, requestId }: UpstreamError) {
  return {
    code,
    source,
    operation,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function readRequest({ code, details }: RequestError) {
  return { code, ...details };
}

/** An error without a path is about the whole request, so it sets the status. */
function readHttp(error: unknown, status = 400) {
  const isOfField = error instanceof GraphQLError && error.path !== undefined;
  return isOfField ? {} : { http: status === 400 ? REQUEST_REFUSED.http : { status } };
}

/** The library's errors about the caller's document keep their messages: syntax errors and other refusals. */
function readLibraryFault(error: GraphQLError): GraphQLError {
  const { code, originalError: parsing } = error.extensions;
  // `originalError` would quote a part of a body that is no JSON, and the part may hold a secret.
  if (parsing !== undefined) return located(error, error.message, { code, http: { status: 400 } });
  if (typeof code === 'string') return error;
  const isSyntax = error.source !== undefined && error.nodes === undefined;
  return located(error, error.message, {
    code: isSyntax ? 'GRAPHQL_PARSE_FAILED' : 'BAD_USER_INPUT',
    ...readHttp(error),
  });
}

/**
 * The variable or argument that has a wrong value, with the path into it: `$range.from`, `filter.category`; null: the error
 * is of another kind. Only the library's message holds it.
 */
function readCoercionFault(error: GraphQLError): string | null {
  const found =
    /^(?:Variable "(?<variable>\$\w+)"|Argument "[^"]*\((?<argument>\w+):\)") (?:has invalid (?:default )?value(?: at (?<path>[^:]+))?:|of required type)/.exec(
      error.message,
    );
  if (!found?.groups) return null;
  const { variable, argument, path = '' } = found.groups;
  return `${variable ?? argument}${path}`;
}

/** Whether the library itself made the error: no error of this service or of another library caused it. */
function isOfTheLibrary(error: GraphQLError): boolean {
  const causes = listCauses(error);
  return causes.length < MAX_CAUSES && causes.every((cause) => cause instanceof GraphQLError);
}

function isOurs(error: unknown): error is UpstreamError | RequestError {
  return error instanceof UpstreamError || error instanceof RequestError;
}

function isTimeout(error: unknown): error is DOMException {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

/** The first error that `isFound` accepts, of an error and its causes. */
function findCause<Found>(error: unknown, isFound: (error: unknown) => error is Found): Found | null {
  return listCauses(error).find(isFound) ?? null;
}

// Errors wrap each other a few times at most. The bound also ends a cycle.
const MAX_CAUSES = 10;

function listCauses(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  let current = error;
  while (current !== undefined && causes.length < MAX_CAUSES) {
    causes.push(current);
    current = current instanceof GraphQLError ? current.originalError : undefined;
  }
  return causes;
}

/** The library quotes whole values after it says what is wrong, so that a message may be as long as a request. */
const MAX_MESSAGE_LETTERS = 1_000;

function located(error: unknown, text: string, extensions: Record<string, unknown>): GraphQLError {
  const message = text.length > MAX_MESSAGE_LETTERS ? `${text.slice(0, MAX_MESSAGE_LETTERS)}…` : text;
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions });
  const { nodes, positions, path } = error;
  // In an UpstreamError `source` is a vendor, and the library copies it. Nodes know the right one.
  const source = nodes ? undefined : error.source;
  return new GraphQLError(message, { nodes, ...(source ? { source, positions } : {}), path, extensions });
}

/** The library's message about a wrong value. If an object was expected, adds an example of it. */
export function addInputExample(message: string): string {
  const [, type = ''] = /Expected value of type "(\w+)!?" to be an object, found: /.exec(message) ?? [];
  const example = INPUT_EXAMPLES.get(type);
  return example === undefined ? message : `${message} Write an object, such as ${example}.`;
}
