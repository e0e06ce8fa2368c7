import type { Database, SqlValue } from '../db/database.ts';
import { jsonSql } from '../db/sql.ts';
import { isSameSecret, TOKEN_LIFETIME_MS } from './credentials.ts';
import type { TokenIssuer } from './credentials.ts';
import { readInstant } from './instant.ts';
import { Refusal } from './refusal.ts';
import type { RestAnswer, RestCall } from './rest-server.ts';

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

/** An event's fields on the wire, and the columns they come from. */
const FIELDS = {
  id: 'id',
  timestamp: `strftime(happened_at, '%Y-%m-%dT%H:%M:%SZ')`,
  category: 'category',
  action: 'action',
  description: 'description',
  username: 'username',
  ipAddress: 'ip_address',
} as const;

/** What `GET /events` becomes in SQL. */
export interface EventsQuery {
  /** Of one column: each row as JSON. */
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

const VALUE = /^[a-zA-Z0-9_-]{1,100}$/;
const LIKE = /^[a-zA-Z0-9_%-]{1,100}$/;
const TIME = /^(?:(gt|lt):)?(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2}))$/;

/**
 * Reads the parameters of `GET /events`. As strict as the vendor's page can be read, so that what passes here passes there:
 * whole seconds, values of the documented letters, one operator a parameter.
 *
 * @throws Refusal 400
 */
export function readEventsQuery(query: URLSearchParams): EventsQuery {
  const values: SqlValue[] = [];
  const where = [
    readTime(query, 'createdFrom', '>=', values),
    readTime(query, 'createdTo', '<=', values),
    ...(['category', 'action'] as const).flatMap((name) => readFilter(query, name, values)),
  ];
  const order = readList(query, 'sort').map((part) => {
    const [name = '', direction] = part.split(':', 2);
    if (direction !== undefined && direction !== 'desc')
      throw new Refusal(400, `sort: ':${direction}' is unknown.`);
    return `${name === 'timestamp' ? 'happened_at' : readField(name, 'sort')} ${direction === 'desc' ? 'desc' : 'asc'} nulls last`;
  });
  const fields = readList(query, 'fields');
  const wanted = fields.length > 0 ? fields : Object.keys(FIELDS);
  const columns = Object.fromEntries(wanted.map((name) => [name, readField(name, 'fields')]));

  const sorted = [...order, 'id'].join(', ');
  const size = Number(query.get('pageSize'));
  values.push(BigInt(size), BigInt(size * (Number(query.get('page')) - 1)));
  return {
    // Without a sort the order is unstated; ours is that of creation.
    sql: `select ${jsonSql(columns)} from (
        select * from events where ${where.join(' and ')} order by ${sorted} limit ? offset ?
      ) order by ${sorted}`,
    values,
  };
}

function readTime(query: URLSearchParams, name: string, bareOperator: string, values: SqlValue[]): string {
  const match = TIME.exec(query.get(name) ?? '');
  const ms = match === null ? null : readInstant(match[2] ?? '');
  if (ms === null) throw new Refusal(400, `${name} is to be yyyy-MM-ddTHH:mm:ssZ, bare or after lt: or gt:.`);
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
  if (!list.every((value) => (operator === 'like' ? LIKE : VALUE).test(value))) {
    throw new Refusal(400, `${name} is to be xyz, in:x,y or like:xyz.`);
  }
  values.push(...list);
  if (operator === 'like') return [`${name} like ?`];
  return [`${name} in (${list.map(() => '?').join(', ')})`];
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
