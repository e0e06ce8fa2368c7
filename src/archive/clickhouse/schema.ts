import { ArchiveRefused } from '../store.ts';
import { EVENT_COLUMNS, USAGE_COLUMNS } from './columns.ts';
import type { Columns } from './columns.ts';
import { ADDRESS_COLUMN } from './conditions.ts';
import type { Database } from './database.ts';

type Shape = Pick<Columns<never>, 'table' | 'idType' | 'types'>;

/** What each version of the schema adds to the one before. A released step never changes. Running it again changes nothing. */
const STEPS: readonly (readonly string[])[] = [
  [
    `create table if not exists ledger (
      source LowCardinality(String), entry UUID, from_ms Int64, to_ms Int64,
      first_read_ms Int64, last_read_ms Int64, dropped Int64
    ) engine = MergeTree order by (source, entry)`,
    `create table if not exists claims (holder String, since_ms Int64, until_ms Int64)
      engine = MergeTree order by until_ms`,
    createTableOf(USAGE_COLUMNS),
    createPlacesOf(USAGE_COLUMNS),
    createTableOf(EVENT_COLUMNS),
    createPlacesOf(EVENT_COLUMNS),
  ],
  [
    `create table if not exists erasures (
      at_ms Int64, named_by LowCardinality(String), salt String, subject String, usage_rows Int64, event_rows Int64
    ) engine = MergeTree order by (at_ms, subject)`,
  ],
];

/**
 * Each version of each row, sorted by time. Records of one key are one after a merge, and when they are read with `final`: so
 * it does not matter how often, or in which order, records were written.
 */
function createTableOf({ table, idType, types }: Shape): string {
  const columns = Object.entries(types).map(
    ([name, type]) =>
      `"${name}" SimpleAggregateFunction(any, ${type})${/String/.test(type) ? ' codec(ZSTD)' : ''}`,
  );
  const hashed = Object.keys(types).filter((name) => name !== ADDRESS_COLUMN);
  return `create table if not exists ${table} (
    at_ms Int64 codec(Delta, ZSTD), id ${idType} codec(ZSTD), version UInt32, ${columns.join(', ')},
    hash UInt64 default sipHash64(tuple(${hashed.map((name) => `"${name}"`).join(', ')})),
    first_seen_ms SimpleAggregateFunction(min, Int64) codec(Delta, ZSTD),
    since_ms SimpleAggregateFunction(min, Int64) codec(Delta, ZSTD),
    until_ms SimpleAggregateFunction(min, Int64) codec(Delta, ZSTD)
  ) engine = AggregatingMergeTree order by (at_ms, id, version, hash) settings index_granularity = 2048`;
}

/** The times of an id. Its granules are small, because ids are looked up one by one. */
function createPlacesOf({ table, idType }: Shape): string {
  return `create table if not exists ${table}_places (id ${idType}, at_ms Int64)
    engine = ReplacingMergeTree order by (id, at_ms) settings index_granularity = 128, min_compress_block_size = 4096`;
}

/**
 * Brings the schema to the newest version, one step at a time. Two processes may do so at once.
 * @throws ArchiveRefused if the database holds something else, or is newer
 */
export async function migrate(database: Database): Promise<void> {
  const create = async (statement: string): Promise<void> =>
    database.run(
      database.isReplicated
        ? statement.replace(/engine = (?=\w*MergeTree)/, 'engine = Replicated')
        : statement,
    );
  const tables = await database.read('select name from system.tables where database = currentDatabase()');
  if (!tables.some(([name]) => name === 'archive_version')) {
    if (tables.length > 0) {
      throw new ArchiveRefused(
        `The database '${database.name}' holds other tables than those of an archive. Name another database.`,
      );
    }
    await create(
      'create table if not exists archive_version (version UInt32) engine = MergeTree order by version',
    );
  }
  const [row] = await database.read('select max(version) from archive_version');
  const version = Number(row?.[0]);
  if (!(version <= STEPS.length)) {
    throw new ArchiveRefused(
      `This archive was written by a newer version (schema ${version}; this version knows ${STEPS.length}). Start that version.`,
    );
  }
  for (const [at, step] of STEPS.slice(version).entries()) {
    for (const statement of step) await create(statement);
    await database.insert('archive_version', ['version'], [[version + at + 1]]);
  }
}
