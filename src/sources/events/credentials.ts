import { createCredentialScope } from '../../base/credential-scope.ts';
import { Secret } from '../../base/secret.ts';
import { createFixedCredentials, createRenewedCredentials } from '../../upstream/credentials.ts';
import { createTokenExchange } from '../../upstream/token-exchange.ts';
import type { ExchangeFields, TokenExchangeOptions } from '../../upstream/token-exchange.ts';
import type { Credentials } from '../../upstream/upstream.ts';

/** What lets a caller into the Events API: a token, or a username and a password that are exchanged for one. */
export type EventsSecrets = { readonly kind: 'token'; readonly token: Secret } | EventsLogin;

export interface EventsLogin {
  readonly kind: 'exchange';
  readonly username: Secret;
  readonly password: Secret;
  /** Where; the vendor's call is `POST /authenticate`, its body undocumented. */
  readonly url: string;
  readonly fields: ExchangeFields;
}

// RFC 6750 2.1; the scheme's letters may be of either case (RFC 9110 11.1).
const AUTHORIZATION = /^Bearer (?<token>[A-Za-z0-9._~+/-]{1,7000}={0,2})$/i;

/** The token within an `authorization` header; null: there is none. */
export function decodeEventsAuthorization(text: string): EventsSecrets | null {
  const token = AUTHORIZATION.exec(text)?.groups?.['token'];
  return token === undefined ? null : { kind: 'token', token: new Secret(token) };
}

/** How long a token of `POST /authenticate` is valid; see docs/vendors.md#events-address-and-credentials. */
const TOKEN_LIFETIME_MS = 15 * 60_000;

/** How tokens are fetched; the transport reaches the origin of the secrets' `url`. */
export type EventsExchange = Pick<TokenExchangeOptions, 'transport' | 'clock' | 'timeoutMs' | 'onAttempt'>;

/**
 * Credentials of these secrets; `scopeKey` is derived from `SIGHTLINE_SECRET`. The scope of exchanged ones is that of
 * username and password, so that a new token is not a new caller.
 */
export function createEventsCredentials(
  scopeKey: Secret,
  secrets: EventsSecrets,
  exchange: (login: EventsLogin) => EventsExchange,
): Credentials {
  if (secrets.kind === 'token') {
    const { token } = secrets;
    const scope = createCredentialScope(scopeKey, 'EVENTS', [token]);
    return createFixedCredentials(scope, new Secret(`Bearer ${token.reveal()}`));
  }
  const { username, password, url, fields } = secrets;
  const deps = exchange(secrets);
  return createRenewedCredentials({
    scope: createCredentialScope(scopeKey, 'EVENTS', [username, password]),
    clock: deps.clock,
    assumedLifetimeMs: TOKEN_LIFETIME_MS,
    exchange: createTokenExchange({
      ...deps,
      source: 'EVENTS',
      operation: '/authenticate',
      target: new URL(url).pathname,
      username,
      password,
      fields,
    }),
  });
}
