import type { CredentialScope } from '../base/credential-scope.ts';
import type { Secret } from '../base/secret.ts';
import type { Credentials } from './upstream.ts';

/** Credentials that are what they are: nothing renews them, and a refusal stands. */
export function createFixedCredentials(scope: CredentialScope, authorization: Secret): Credentials {
  return { scope, authorization: () => Promise.resolve(authorization) };
}
