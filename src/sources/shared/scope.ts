import { LRUCache } from 'lru-cache';
import type { CredentialScope } from '../../base/credential-scope.ts';
import { sourceNotConfigured } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { CallContext, Credentials } from '../../upstream/upstream.ts';

/** The most credential scopes to keep something for. */
const MOST_SCOPES = 1_000;

/**
 * Keeps one object for each credential scope, because a vendor may behave differently for other credentials. The least
 * recently used ones are dropped. Without credentials a new object is made each time.
 */
export function keepByScope<Kept extends object>(
  create: () => Kept,
): (credentials: Credentials | null) => Kept {
  const kept = new LRUCache<CredentialScope, Kept>({ max: MOST_SCOPES });
  return (credentials) => {
    if (!credentials) return create();
    const { scope } = credentials;
    const known = kept.get(scope) ?? create();
    kept.set(scope, known);
    return known;
  };
}

/**
 * The credential scope of a call.
 * @throws UpstreamError `SOURCE_NOT_CONFIGURED` if the caller has no credentials for the source
 */
export function requireScope(context: CallContext, source: Source, operation: string): CredentialScope {
  if (context.credentials) return context.credentials.scope;
  throw sourceNotConfigured(source, operation);
}
