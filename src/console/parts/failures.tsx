import type { CombinedError } from 'urql';
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
              : 'No answer'}
          .
        </strong>{' '}
        {message}
        {code === 'FORBIDDEN' && scopes.length > 0 ? ` Missing: ${scopes.join(' or ')}.` : ''}{' '}
        <code>{code}</code>
      </p>
      {canRetry && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  ));
}
