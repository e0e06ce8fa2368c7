import { STATUS_CODES } from 'node:http';
import type { Database } from '../db/database.ts';
import { isEventsAuthorization, isSameSecret, TOKEN_LIFETIME_MS } from './credentials.ts';
import type { SandboxCredentials, TokenIssuer } from './credentials.ts';
import { listEvents } from './events-list.ts';
import { Refusal } from './refusal.ts';
import type { VendorApi } from './vendor-api.ts';

/** The Events API with its two operations. */
export function createEventsApi(
  database: Database,
  credentials: SandboxCredentials,
  issuer: TokenIssuer,
): VendorApi {
  return {
    root: '/v1',
    operations: {
      listEvents: async ({ query }) => ({ json: `[${(await listEvents(database, query)).join(',')}]` }),
      // The vendor does not document the bodies. These names are the likeliest.
      authenticate: async ({ body }) => {
        const { username, password } = (body ?? {}) as {
          readonly username?: unknown;
          readonly password?: unknown;
        };
        const isValid =
          typeof username === 'string' &&
          typeof password === 'string' &&
          isSameSecret(username, credentials.eventsUsername) &&
          isSameSecret(password, credentials.eventsPassword);
        if (!isValid) throw new Refusal(401, 'The username or the password is wrong.');
        const token = issuer.issue(username);
        return { json: JSON.stringify({ token, expiresIn: TOKEN_LIFETIME_MS / 1000 }) };
      },
    },
    authorizers: { bearerAuth: (header) => isEventsAuthorization(header, credentials, issuer) },
    encodeRefusal: (status, message) => ({ error: STATUS_CODES[status] ?? 'Error', message }),
  };
}
