import { STATUS_CODES } from 'node:http';
import { jsonSql } from '../db/database.ts';
import type { Database, SqlValue } from '../db/database.ts';
import { isEventsAuthorization, isSameSecret, TOKEN_LIFETIME_MS } from './credentials.ts';
import type { SandboxCredentials, TokenIssuer } from './credentials.ts';
import { readInstant } from './instant.ts';
import { Refusal } from './vendor-api.ts';
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

/** The fields of an event in the vendor's JSON, and the SQL of each. */
const FIELDS = {
  id: 'id',
  timestamp: `strftime(happened_at, '%Y-%m-%dT%H:%M:%SZ')`,
  category: 'category',
  action: 'action',
  description: 'description',
  username: 'username',
  ipAddress: 'ip_address',
} as const;

/** SQL of a row of `events` as the vendor's JSON, with all fields. */
export const EVENT_SQL = jsonSql(FIELDS);

const VALUE = /^[a-zA-Z0-9_-]{1,100}$/;
const LIKE = /^[a-zA-Z0-9_%-]{1,100}$/;
const TIME = /^(?:(gt|lt):)?(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2}))$/;

/**
 * `GET /events`. It reads the parameters as strictly as the vendor's page allows, so that the vendor also takes what passes
 * here: whole seconds, the documented characters, one operator for each parameter (docs/vendors.md#events-records-and-filters).
 *
 * @returns the events, each a JSON object
 * @throws Refusal 400
 */
export async function listEvents(database: Database, query: URLSearchParams): Promise<readonly string[]> {
  const values: SqlValue[] = [];
  const where = [
    readTime(query, 'createdFrom', '>=', values),
    readTime(query, 'createdTo', '<=', values),
    ...(['category', 'action'] as const).flatMap((name) => readFilter(query, name, values)),
  ];
  const fields = readList(query, 'fields');
  const wanted = fields.length > 0 ? fields : Object.keys(FIELDS);
  const columns = Object.fromEntries(wanted.map((name) => [name, readField(name, 'fields')]));
  // The vendor states no order without `sort`. Here it is the order of creation.
  const order = [...readSort(query), 'id'].join(', ');
  const size = Number(query.get('pageSize'));
  values.push(BigInt(size), BigInt(size * (Number(query.get('page')) - 1)));

  const rows = await database.read(
    `select ${jsonSql(columns)} from (
      select * from events where ${where.join(' and ')} order by ${order} limit ? offset ?
    ) order by ${order}`,
    values,
  );
  return rows.map(([json]) => json as string);
}

function readTime(query: URLSearchParams, name: string, bareOperator: string, values: SqlValue[]): string {
  const match = TIME.exec(query.get(name) ?? '');
  const ms = match === null ? null : readInstant(match[2] ?? '');
  if (ms === null)
    throw new Refusal(400, `${name} must be yyyy-MM-ddTHH:mm:ssZ, alone or after the prefix lt: or gt:.`);
  values.push(BigInt(ms));
  const operator = match?.[1] === 'gt' ? '>' : match?.[1] === 'lt' ? '<' : bareOperator;
  return `happened_at ${operator} epoch_ms(?::bigint)`;
}

function readFilter(
  query: URLSearchParams,
  name: 'category' | 'action',
  values: SqlValue[],
): readonly string[] {
  const text = query.get(name);
  if (text === null) return [];
  const [, operator, operand = ''] = /^(?:(in|like):)?(.*)$/s.exec(text) ?? [];
  const list = operator === 'in' ? operand.split(',') : [operand];
  if (!list.every((value) => (operator === 'like' ? LIKE : VALUE).test(value)))
    throw new Refusal(400, `${name} must be xyz, in:x,y or like:xyz.`);
  values.push(...list);
  if (operator === 'like') return [`${name} like ?`];
  return [`${name} in (${list.map(() => '?').join(', ')})`];
}

function readSort(query: URLSearchParams): readonly string[] {
  return readList(query, 'sort').map((part) => {
    const [name = '', direction] = part.split(':', 2);
    if (direction !== undefined && direction !== 'desc')
      throw new Refusal(400, `sort: the suffix ':${direction}' is unknown.`);
    const column = name === 'timestamp' ? 'happened_at' : readField(name, 'sort');
    return `${column} ${direction === 'desc' ? 'desc' : 'asc'} nulls last`;
  });
}

function readList(query: URLSearchParams, name: string): readonly string[] {
  return query.get(name)?.split(',') ?? [];
}

function readField(name: string, parameter: string): string {
  if (!isField(name)) throw new Refusal(400, `${parameter}: '${name}' is not a field of an event.`);
  return FIELDS[name];
}

function isField(name: string): name is keyof typeof FIELDS {
  return Object.hasOwn(FIELDS, name);
}
