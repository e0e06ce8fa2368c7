import { access } from 'node:fs/promises';
import { extname } from 'node:path';

import { ELEMENTS } from './catalogue.ts';
import type { Database } from './database.ts';
import { quoteSql } from './sql-text.ts';

/** What came of reading an export. */
export interface LoadedExport {
  readonly rows: number;
  /** Rows without what every row needs (id and time; an event also category and action), and lines that are no row at all. */
  readonly unusable: number;
  /** Rows whose id had come before, as exports of overlapping ranges have. */
  readonly repeated: number;
}

/** The names under which a value may stand, the vendor's two dialects. */
const USAGE_NAMES = {
  id: ['id', 'traffic_id'],
  happened_at: ['usageDate', 'traffic_date'],
  request_status: ['requestStatus', 'request_status'],
  element_key: ['elementKey', 'element_key'],
  element_name: ['elementName', 'element_name'],
  element_api: ['elementApi', 'element_api'],
  element_tags: ['elementTags', 'element_tag', 'element_tags'],
  instance_name: ['instanceName', 'instance_name'],
  instance_id: ['instanceId', 'instance_id'],
  instance_tags: ['instanceTags', 'instance_tags'],
  account_id: ['accountId', 'account_id'],
  company_id: ['companyId', 'company_id'],
  user_id: ['userId', 'user_id'],
  user_name: ['userName', 'user_name'],
  process_time: ['processTime', 'process_time'],
  vendor_process_time: ['vendorProcessTime', 'vendor_process_time'],
  platform_process_time: ['platformProcessTime', 'platform_process_time'],
  request_uri: ['requestURI', 'request_uri'],
  request_ip: ['requestIP', 'request_ip'],
  request_id: ['requestId', 'request_id'],
  request_method: ['requestMethod', 'request_method'],
  response_status: ['responseStatus', 'response_status'],
} as const;

const EVENT_NAMES = {
  id: ['id', 'event_id'],
  happened_at: ['timestamp'],
  category: ['category'],
  action: ['action'],
  description: ['description'],
  username: ['username', 'user_name'],
  ip_address: ['ipAddress', 'ip_address'],
} as const;

const USAGE_INTEGERS = [
  'instance_id',
  'account_id',
  'company_id',
  'user_id',
  'process_time',
  'vendor_process_time',
  'platform_process_time',
  'response_status',
];

/** Loads an export of usage records into `usage`. @throws where the file can't be read, its path in the message */
export async function loadUsageExport(database: Database, file: string): Promise<LoadedExport> {
  await readRaw(database, file, USAGE_NAMES);
  const hubs = ELEMENTS.map(({ key, hub }) => `${quoteSql(key)}: ${quoteSql(hub)}`).join(', ');
  const columns = Object.keys(USAGE_NAMES).map((name) => {
    if (name === 'happened_at') return `${instantSql('happened_at')} as moment`;
    if (name.endsWith('_tags')) return `${listSql(name)} as ${name}`;
    return USAGE_INTEGERS.includes(name) ? `try_cast(${name} as bigint) as ${name}` : name;
  });
  return await keepUsable(
    database,
    'usage',
    `select ${columns.join(', ')},
      coalesce(nullif(regexp_extract(request_uri, '/hubs/([^/?]+)', 1), ''), map {${hubs}}[element_key]) as hub
    from raw`,
    'id is not null and moment is not null',
  );
}

/** Loads an export of events into `events`. @throws where the file can't be read, its path in the message */
export async function loadEventsExport(database: Database, file: string): Promise<LoadedExport> {
  await readRaw(database, file, EVENT_NAMES);
  return await keepUsable(
    database,
    'events',
    `select try_cast(id as bigint) as id, date_trunc('second', ${instantSql('happened_at')}) as moment,
      category, action, description, username, ip_address
    from raw`,
    'id is not null and moment is not null and category is not null and action is not null',
  );
}

/** Reads a file as text into a table `raw`, with a column by our name for each value. */
async function readRaw(
  database: Database,
  file: string,
  names: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  try {
    await access(file);
    const source = readerSql(file, Object.values(names).flat());
    const described = await database.read(`describe ${source.sql}`);
    const types = new Map(described.map(([name, type]) => [name as string, type as string]));
    const columns = Object.entries(names).map(([column, candidates]) => {
      const present = candidates
        .filter((name) => types.has(name))
        .map((name) => textSql(name, types.get(name) ?? ''));
      return `${present.length === 0 ? 'null::varchar' : `coalesce(${present.join(', ')})`} as ${column}`;
    });
    if (columns.every((column) => column.startsWith('null'))) throw new Error('none of its columns is known');
    await database.run(`
      create or replace table raw as select row_number() over () as nth, ${columns.join(', ')} from (${source.sql});
      ${source.afterwards}`);
  } catch (error) {
    throw new Error(`${file} can't be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** @throws where the ending is none that can be read */
function readerSql(
  file: string,
  names: readonly string[],
): { readonly sql: string; readonly afterwards: string } {
  const path = quoteSql(file);
  // Everything is read as text: guessed types would round large ids and choke on the first odd value.
  const columns = `columns = {${[...new Set(names)].map((name) => `"${name}": 'varchar'`).join(', ')}}`;
  switch (extname(file).toLowerCase()) {
    case '.json':
      return { sql: `select * from read_json(${path}, ${columns}, format = 'auto')`, afterwards: '' };
    case '.ndjson':
    case '.jsonl':
      // A line that is no JSON comes out as a row of nulls.
      return {
        sql: `select * from read_json(${path}, ${columns}, format = 'newline_delimited', ignore_errors = true)`,
        afterwards: '',
      };
    case '.csv':
      return {
        sql: `select * from read_csv(${path}, all_varchar = true, header = true, store_rejects = true)`,
        afterwards: `insert into raw (nth) select null from (select distinct line from reject_errors
          where scan_id = (select max(scan_id) from reject_scans));`,
      };
    case '.parquet':
      return { sql: `select * from read_parquet(${path})`, afterwards: '' };
    default:
      throw new Error('its name is to end in .json, .ndjson, .jsonl, .csv or .parquet');
  }
}

function textSql(name: string, type: string): string {
  const column = `"${name}"`;
  return type.endsWith('[]') ? `to_json(${column})::varchar` : `${column}::varchar`;
}

function instantSql(name: string): string {
  // Extracted first: digits too large for a time are an error even to try_cast, an empty text is not.
  return `date_trunc('milliseconds', coalesce(
    epoch_ms(try_cast(regexp_extract(${name}, '^\\d{12,14}$') as bigint)),
    try_cast(regexp_extract(${name}, '^\\d{4}-\\d{2}-\\d{2}.*$') as timestamptz)::timestamp))`;
}

function listSql(name: string): string {
  return `case when ${name} like '[%' then try_cast(${name} as varchar[]) else string_split(nullif(${name}, ''), ',') end`;
}

/** @param selectSql rows of `raw` with their time as `moment`, a name that no export has */
async function keepUsable(
  database: Database,
  table: 'usage' | 'events',
  selectSql: string,
  usable: string,
): Promise<LoadedExport> {
  const times = table === 'usage' ? 'moment as happened_at, moment as counted_at' : 'moment as happened_at';
  await database.run(`
    create or replace table readable as select * from (${selectSql.replace(/^select /, 'select nth, ')}) where ${usable};
    insert into ${table} by name
    select ${times}, * exclude (nth, moment) from readable qualify row_number() over (partition by id order by nth) = 1
    order by moment, nth desc`);
  const [counts] = await database.read(
    `select (select count(*) from raw), (select count(*) from readable), (select count(*) from ${table})`,
  );
  await database.run('drop table raw; drop table readable');
  const [all = 0, readable = 0, rows = 0] = (counts ?? []).map(Number);
  return { rows, unusable: all - readable, repeated: readable - rows };
}
