import { LRUCache } from 'lru-cache';
import type { CredentialScope } from '../../base/credential-scope.ts';
import { sourceNotConfigured } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { CallContext, Credentials } from '../../upstream/upstream.ts';

/** As many callers at once as are worth remembering. */
const MOST_SCOPES = 1_000;

/**
 * Keeps what is learnt with one caller's credentials for that caller: another's may be let in elsewhere, or be given less at
 * once. What has gone unused the longest is forgotten; without credentials nothing is kept.
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
 * Whose data an operation reads.
 * @throws UpstreamError `SOURCE_NOT_CONFIGURED` where this caller has no credentials for the source
 */
export function requireScope(context: CallContext, source: Source, operation: string): CredentialScope {
  if (context.credentials) return context.credentials.scope;
  throw sourceNotConfigured(source, operation);
}
