import type { CombinedError } from 'urql';

/** Why a question has no answer, in the reader's words. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** The vendor at fault; null: it is not a vendor's. */
  readonly source: 'USAGE' | 'EVENTS' | null;
  /** The scopes of which one is missing. */
  readonly scopes: readonly string[];
  readonly canRetry: boolean;
}

/** Asking the same again can't help. */
const FINAL = new Set(['FORBIDDEN', 'UNAUTHENTICATED', 'BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']);

export function readFailures(error: CombinedError | undefined): readonly Failure[] {
  if (!error) return [];
  if (error.networkError)
    return [
      {
        code: 'UNREACHABLE',
        message: 'The service does not answer. Is it running, and is this machine online?',
        source: null,
        scopes: [],
        canRetry: true,
      },
    ];
  const failures = error.graphQLErrors.map(readWire);
  const seen = new Set<string>();
  return failures.filter(({ message }) => !seen.has(message) && seen.add(message));
}

/** An error as the service writes it. */
export function readWire({
  message,
  extensions = {},
}: {
  readonly message: string;
  readonly extensions?: object | undefined;
}): Failure {
  const { code = 'INTERNAL', source = null, scopes = [] } = extensions as Partial<Failure>;
  return { code, message, source, scopes, canRetry: !FINAL.has(code) };
}

export const nameSource = (source: string): string =>
  source === 'USAGE' ? 'Usage API' : source === 'EVENTS' ? 'Events API' : source;
