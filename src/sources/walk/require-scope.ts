import type { CredentialScope } from '../../base/credential-scope.ts';
import type { Source } from '../../base/source.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import type { CallContext } from '../../upstream/upstream.ts';

/**
 * Whose data an operation reads.
 * @throws UpstreamError `SOURCE_NOT_CONFIGURED` where this caller has no credentials for the source
 */
export function requireScope(context: CallContext, source: Source, operation: string): CredentialScope {
  if (context.credentials) return context.credentials.scope;
  throw new UpstreamError({
    code: 'SOURCE_NOT_CONFIGURED',
    source,
    operation,
    message: `The source ${source} is not configured: there are no credentials for it.`,
  });
}
