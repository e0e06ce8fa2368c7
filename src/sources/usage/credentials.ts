import { createCredentialScope } from '../../base/credential-scope.ts';
import { Secret } from '../../base/secret.ts';
import { createFixedCredentials } from '../../upstream/credentials.ts';
import type { Credentials } from '../../upstream/upstream.ts';

/** The two secrets of the Usage API. */
export interface UsageSecrets {
  readonly userSecret: Secret;
  readonly organizationSecret: Secret;
}

// Visible ASCII without the comma, because a comma separates the two secrets and a line break would end the header.
const AUTHORIZATION =
  /^User (?<user>[\x21-\x2b\x2d-\x7e]{1,1024}), ?Organization (?<organization>[\x21-\x2b\x2d-\x7e]{1,1024})$/;

/** Reads the secrets from an `authorization` header (`docs/vendors.md#usage-address-and-credentials`); null: it has another form. */
export function decodeUsageAuthorization(text: string): UsageSecrets | null {
  const { user, organization } = AUTHORIZATION.exec(text)?.groups ?? {};
  if (user === undefined || organization === undefined) return null;
  return { userSecret: new Secret(user), organizationSecret: new Secret(organization) };
}

/** @param scopeKey derived from `SIGHTLINE_SECRET` */
export function createUsageCredentials(
  scopeKey: Secret,
  { userSecret, organizationSecret }: UsageSecrets,
): Credentials {
  return createFixedCredentials(
    createCredentialScope(scopeKey, 'USAGE', [userSecret, organizationSecret]),
    new Secret(`User ${userSecret.reveal()}, Organization ${organizationSecret.reveal()}`),
  );
}
