import type { Database } from './database.ts';
import { readEventsQuery } from './events-query.ts';
import { isSameSecret } from './is-same-secret.ts';
import { Refusal } from './refusal.ts';
import type { RestAnswer, RestCall } from './rest-server.ts';
import { TOKEN_LIFETIME_MS } from './token-issuer.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** The Events API's two calls, by operationId. */
export function createEventsApi(
  database: Database,
  issuer: TokenIssuer,
  credentials: { readonly username: string; readonly password: string },
): Readonly<Record<string, (call: RestCall) => Promise<RestAnswer>>> {
  return {
    listEvents: async ({ query }) => {
      const { sql, values } = readEventsQuery(query);
      const rows = await database.read(sql, values);
      return { json: `[${rows.map(([json]) => json as string).join(',')}]` };
    },
    // The vendor does not document the body; these are the likeliest names.
    authenticate: async ({ body }) => {
      const { username, password } = (body ?? {}) as {
        readonly username?: unknown;
        readonly password?: unknown;
      };
      const isGood =
        typeof username === 'string' &&
        typeof password === 'string' &&
        isSameSecret(username, credentials.username) &&
        isSameSecret(password, credentials.password);
      if (!isGood) throw new Refusal(401, 'The username or the password is wrong.');
      return {
        json: JSON.stringify({
          token: issuer.issue(credentials.username),
          expiresIn: TOKEN_LIFETIME_MS / 1000,
        }),
      };
    },
  };
}
