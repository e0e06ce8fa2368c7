import { GraphQLError } from 'graphql';
import { RequestError, UpstreamError } from '../base/errors.ts';
import { INPUT_EXAMPLES } from '../graph/input-examples.ts';

/** What a caller is told where the fault is ours, whatever it was. */
export const INTERNAL_MESSAGE = 'Something went wrong in this service. It has been logged.';

const DEADLINE_MESSAGE =
  'The operation took longer than it may. Ask for a shorter range, a smaller page or fewer fields.';

/** Where a request stops before anything is run, graphql-over-http asks for 400 in its own media type, else for 200. */
const REQUEST_REFUSED = { http: { spec: true, status: 400 } };

/**
 * The one translation of failures for callers, pure: our own errors by their codes, the library's faults of the caller
 * (`GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED`, `BAD_USER_INPUT`), all else masked. Path and places are kept.
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
    // What it says of a field's value is of our own answer, and quotes it.
    if (error.path === undefined && isOfTheLibrary(error)) return readLibraryFault(error);
  }
  return located(error, INTERNAL_MESSAGE, { code: 'INTERNAL_SERVER_ERROR', ...readHttp(error, 500) });
}

/** Whether a translated error hides its cause, so that the log must tell it. */
export function isMasked(error: GraphQLError): boolean {
  return error.extensions['code'] === 'INTERNAL_SERVER_ERROR';
}

/** Whether the caller has gone, which is no fault of ours: whatever was under way for them ends with this error. */
export function isAbandoned(error: unknown): boolean {
  return listCauses(error).some((cause) => cause instanceof Error && cause.name === 'AbortError');
}

/** A refusal made before anything was run, as the library carries it: 400 where the media type allows. */
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

/** An error without a path stopped the request as a whole. */
function readHttp(error: unknown, status = 400) {
  const isOfField = error instanceof GraphQLError && error.path !== undefined;
  return isOfField ? {} : { http: status === 400 ? REQUEST_REFUSED.http : { status } };
}

/** Syntax, and what else the library itself refuses: its own sentences about the caller's own document. */
function readLibraryFault(error: GraphQLError): GraphQLError {
  const { code, originalError: parsing } = error.extensions;
  // Of a body that is no JSON the library quotes a piece, which may be of a secret in it.
  if (parsing !== undefined) return located(error, error.message, { code, http: { status: 400 } });
  if (typeof code === 'string') return error;
  const isSyntax = error.source !== undefined && error.nodes === undefined;
  return located(error, error.message, {
    code: isSyntax ? 'GRAPHQL_PARSE_FAILED' : 'BAD_USER_INPUT',
    ...readHttp(error),
  });
}

/**
 * The variable or argument, with the path into it, that a value was wrong for: `$range.from`, `filter.category`; null: the
 * error is of another kind. The library says so in its sentence alone.
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

/** Thrown by the library itself: nothing of ours or of another library stands behind it. */
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

/** The first of an error and those it wraps that `isFound` knows. */
function findCause<Found>(error: unknown, isFound: (error: unknown) => error is Found): Found | null {
  return listCauses(error).find(isFound) ?? null;
}

// Errors wrap each other a few times at most; a ring must end, too.
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

/** The library quotes what it is given, as long as a whole request. What is wrong stands before that. */
const MAX_MESSAGE_LETTERS = 1_000;

function located(error: unknown, told: string, extensions: Record<string, unknown>): GraphQLError {
  const message = told.length > MAX_MESSAGE_LETTERS ? `${told.slice(0, MAX_MESSAGE_LETTERS)}…` : told;
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions });
  const { nodes, positions, path } = error;
  // The library takes over a `source` from what was thrown, and ours mean a vendor by it; nodes know theirs.
  const source = nodes ? undefined : error.source;
  return new GraphQLError(message, { nodes, ...(source ? { source, positions } : {}), path, extensions });
}

/** The library's sentence about a wrong value, with an example of what was wanted if that is an object. */
export function addInputExample(message: string): string {
  const [, type = ''] = /Expected value of type "(\w+)!?" to be an object, found: /.exec(message) ?? [];
  const example = INPUT_EXAMPLES.get(type);
  return example === undefined ? message : `${message} Write an object, such as ${example}.`;
}
