import type { CombinedError } from 'urql';
import { setCredential } from '../graph/credentials.ts';
import { nameSource, readFailures } from '../graph/failures.ts';

/** What failed, by source, and a way out. */
export function Failures({
  error,
  retry,
}: {
  readonly error: CombinedError | undefined;
  readonly retry: () => void;
}) {
  return readFailures(error).map(({ code, message, source, scopes, canRetry }) => (
    <div key={message} className="notice" data-kind="error" role="alert">
      <p>
        <strong>
          {source
            ? `${nameSource(source)} failed`
            : code === 'FORBIDDEN'
              ? 'Not for this caller'
              : code === 'UNAUTHENTICATED'
                ? 'Signed out'
                : 'No answer'}
          .
        </strong>{' '}
        {message}
        {code === 'FORBIDDEN' && scopes.length > 0 ? ` Missing: ${scopes.join(' or ')}.` : ''}{' '}
        <code>{code}</code>
      </p>
      {code === 'UNAUTHENTICATED' && (
        <button type="button" className="button" onClick={() => setCredential(null)}>
          Sign in again
        </button>
      )}
      {canRetry && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  ));
}

/** What a source that failed is to a reader. */
interface CoverageOfSource {
  readonly source: string;
  readonly status: string;
  readonly code: string | null;
  readonly reason: string | null;
}

/** The sources of which an answer has nothing, each once, beside one that it has. */
export function FailedSources({
  coverage,
  retry,
}: {
  readonly coverage: readonly CoverageOfSource[];
  readonly retry: () => void;
}) {
  const sources = new Map(
    coverage.filter(({ status }) => status === 'FAILED').map((entry) => [entry.source, entry] as const),
  );
  return [...sources.values()].map(({ source, reason, code }) => (
    <div key={source} className="notice" data-kind="error" role="alert">
      <p>
        <strong>{nameSource(source)} is missing here.</strong>{' '}
        {code === 'FORBIDDEN'
          ? `You need the scope ${source === 'USAGE' ? 'usage:read' : 'events:read'}.`
          : code === 'NOT_CONFIGURED'
            ? 'This service has neither credentials nor a file for it.'
            : (reason ?? 'It could not be read.')}
      </p>
      {code !== 'FORBIDDEN' && code !== 'NOT_CONFIGURED' && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  ));
}
