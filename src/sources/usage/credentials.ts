import { createCredentialScope } from '../../base/credential-scope.ts';
import { Secret } from '../../base/secret.ts';
import { createFixedCredentials } from '../../upstream/credentials.ts';
import type { Credentials } from '../../upstream/upstream.ts';

/** What lets a caller into the Usage API. */
export interface UsageSecrets {
  readonly userSecret: Secret;
  readonly organizationSecret: Secret;
}

// Visible ASCII without the comma that parts the two: neither can end the header, nor pass for more than itself.
const AUTHORIZATION =
  /^User (?<user>[\x21-\x2b\x2d-\x7e]{1,1024}), ?Organization (?<organization>[\x21-\x2b\x2d-\x7e]{1,1024})$/;

/** The secrets within an `authorization` header as the vendor's page shows it; null: it is none. */
export function decodeUsageAuthorization(text: string): UsageSecrets | null {
  const { user, organization } = AUTHORIZATION.exec(text)?.groups ?? {};
  if (user === undefined || organization === undefined) return null;
  return { userSecret: new Secret(user), organizationSecret: new Secret(organization) };
}

/** Credentials of these secrets; `scopeKey` is derived from `SIGHTLINE_SECRET`. */
export function createUsageCredentials(
  scopeKey: Secret,
  { userSecret, organizationSecret }: UsageSecrets,
): Credentials {
  return createFixedCredentials(
    createCredentialScope(scopeKey, 'USAGE', [userSecret, organizationSecret]),
    new Secret(`User ${userSecret.reveal()}, Organization ${organizationSecret.reveal()}`),
  );
}
