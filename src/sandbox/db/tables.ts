import type { Database } from './database.ts';

/**
 * Creates `usage` and `events`, from which every call is answered. `seq` is the order in which rows became known. `GET /usage`
 * gives the rows of one instant in that order, which does not follow their ids. From `counted_at` on, analytics count a row.
 */
export async function createTables(database: Database): Promise<void> {
  await database.run(`
    create sequence usage_seq;
    create table usage (
      seq bigint default nextval('usage_seq'),
      id varchar, happened_at timestamp, counted_at timestamp, request_status varchar,
      element_key varchar, element_name varchar, element_api varchar, element_tags varchar[], hub varchar,
      instance_name varchar, instance_id bigint, instance_tags varchar[],
      account_id bigint, company_id bigint, user_id bigint, user_name varchar,
      account_name varchar, company_name varchar, provision_name varchar, vendor_resource varchar, element_resource varchar,
      process_time bigint, vendor_process_time bigint, platform_process_time bigint,
      request_uri varchar, request_ip varchar, request_id varchar, request_method varchar, response_status bigint,
      headers varchar
    );
    create table events (
      id bigint, happened_at timestamp, category varchar, action varchar, description varchar, username varchar, ip_address varchar
    );
  `);
}

/** A row of `usage` that was created outside the database. */
export interface MadeUsageRow {
  readonly id: string;
  readonly atMs: number;
  /** From then on, analytics count it. */
  readonly countedMs: number;
  readonly status: string;
  readonly elementKey: string | null;
  readonly elementName: string | null;
  readonly elementApi: string;
  readonly hub: string | null;
  readonly tags: readonly string[];
  readonly instanceName: string | null;
  readonly instanceId: number | null;
  readonly calledBy: string;
  readonly processTime: number;
  readonly uri: string;
  readonly address: string;
  readonly responseStatus: number;
}

const SHAPE = {
  id: 'varchar',
  atMs: 'bigint',
  countedMs: 'bigint',
  status: 'varchar',
  elementKey: 'varchar',
  elementName: 'varchar',
  elementApi: 'varchar',
  hub: 'varchar',
  tags: 'varchar[]',
  instanceName: 'varchar',
  instanceId: 'bigint',
  calledBy: 'varchar',
  processTime: 'bigint',
  uri: 'varchar',
  address: 'varchar',
  responseStatus: 'bigint',
} as const satisfies Record<keyof MadeUsageRow, string>;

const INSERT = `
  insert into usage by name
  select id, epoch_ms(atMs) as happened_at, epoch_ms(countedMs) as counted_at, status as request_status,
    elementKey as element_key, elementName as element_name, elementApi as element_api, hub,
    case when len(tags) > 0 then tags end as element_tags, element_tags as instance_tags,
    instanceName as instance_name, instanceId as instance_id, calledBy as user_name,
    coalesce(1000 + number, 1) as user_id, 1 as account_id, 1 as company_id,
    'account 1' as account_name, 'company 1' as company_name, instanceName as provision_name,
    case when elementKey <> '' then '/v3/' || elementApi end as vendor_resource,
    case when elementKey <> '' then '/' || elementApi end as element_resource,
    processTime as process_time, processTime // 2 as vendor_process_time, processTime - processTime // 2 as platform_process_time,
    uri as request_uri, address as request_ip, md5(id) as request_id, 'GET' as request_method, responseStatus as response_status,
    '{"authorization":"User never-to-be-shown, Organization never-to-be-shown"}' as headers
  from (select unnest(from_json(?::json, '${JSON.stringify([SHAPE])}'), recursive := true))
    left join (select number, username as known from person) on known = calledBy
  order by happened_at`;

/** Adds rows to `usage`, oldest first. */
export async function insertUsageRows(database: Database, rows: readonly MadeUsageRow[]): Promise<void> {
  if (rows.length > 0) await database.read(INSERT, [JSON.stringify(rows)]);
}

/** The rows that a table held when the sandbox started. */
export interface FoundRange {
  /** The time of the oldest row and of the newest, in milliseconds since the epoch. null: there are no rows. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly rows: number;
}

export async function findRange(database: Database, table: 'usage' | 'events'): Promise<FoundRange> {
  const [row] = await database.read(
    `select epoch_ms(min(happened_at)), epoch_ms(max(happened_at)), count(*) from ${table}`,
  );
  const [from, to, rows] = row ?? [];
  return {
    fromMs: typeof from === 'bigint' ? Number(from) : null,
    toMs: typeof to === 'bigint' ? Number(to) : null,
    rows: Number(rows ?? 0),
  };
}

/** So many rows are read at once: few, because whoever takes them holds this process up for each group. */
const GROUP_ROWS = 2_000;

/**
 * All rows of a table that loses none, in the order in which they were inserted.
 * @param sql of the one value that is read of each row, a text
 */
export async function* readAllRows(
  database: Database,
  table: 'usage' | 'events',
  sql: string,
): AsyncGenerator<readonly string[]> {
  for (let from = 0; ; from += GROUP_ROWS) {
    const rows = await database.read(
      `select ${sql} from ${table} where rowid >= ? and rowid < ? order by rowid`,
      [BigInt(from), BigInt(from + GROUP_ROWS)],
    );
    if (rows.length > 0) yield rows.map(([value]) => value as string);
    if (rows.length < GROUP_ROWS) return;
  }
}
