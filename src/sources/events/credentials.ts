import { createCredentialScope } from '../../base/credential-scope.ts';
import { Secret } from '../../base/secret.ts';
import { createFixedCredentials, createRenewedCredentials } from '../../upstream/credentials.ts';
import { createTokenExchange } from '../../upstream/token-exchange.ts';
import type { ExchangeFields, TokenExchangeOptions } from '../../upstream/token-exchange.ts';
import type { Credentials } from '../../upstream/upstream.ts';

/** The secrets of the Events API: a token, or a username and a password to exchange for one. */
export type EventsSecrets = { readonly kind: 'token'; readonly token: Secret } | EventsLogin;

export interface EventsLogin {
  readonly kind: 'exchange';
  readonly username: Secret;
  readonly password: Secret;
  /** The URL of the exchange, `POST /authenticate`; the vendor does not document its body. */
  readonly url: string;
  readonly fields: ExchangeFields;
}

// The token's characters are those of RFC 6750 2.1. The scheme may be in upper or lower case (RFC 9110 11.1).
const AUTHORIZATION = /^Bearer (?<token>[A-Za-z0-9._~+/-]{1,7000}={0,2})$/i;

/** Reads the token from an `authorization` header; null: it has another form. */
export function decodeEventsAuthorization(text: string): EventsSecrets | null {
  const token = AUTHORIZATION.exec(text)?.groups?.['token'];
  return token === undefined ? null : { kind: 'token', token: new Secret(token) };
}

/** How long a token of `POST /authenticate` is valid; see docs/vendors.md#events-address-and-credentials. */
const TOKEN_LIFETIME_MS = 15 * 60_000;

/** How tokens are fetched. The transport reaches the origin of `EventsLogin.url`. */
export type EventsExchange = Pick<TokenExchangeOptions, 'transport' | 'clock' | 'timeoutMs' | 'onAttempt'>;

/**
 * The scope of an exchanged token comes from the username and password, so that a new token keeps it.
 * @param scopeKey derived from `SIGHTLINE_SECRET`
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
