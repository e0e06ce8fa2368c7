import { createEventTest } from '../../sources/events/filter.ts';
import { decodeAddresses } from '../../sources/shared/addresses.ts';
import { createUsageTest } from '../../sources/usage/filter.ts';
import { readErasure } from '../stored-values.ts';
import { ArchiveRefused } from '../store.ts';
import type { ArchiveStore } from '../store.ts';
import { EVENT_COLUMNS, USAGE_COLUMNS } from './columns.ts';
import type { Columns } from './columns.ts';
import { eventConditions, usageConditions } from './conditions.ts';
import { openDatabase } from './database.ts';
import type { Database, Statement } from './database.ts';
import { createTable } from './table.ts';

/** How much memory the database may use. */
const MEMORY_LIMIT = '512MB';

/** What each version of the schema adds to the one before. A released step never changes. */
const STEPS: readonly (readonly Statement[])[] = [
  [
    {
      sql: 'create table ledger (source VARCHAR, from_ms BIGINT, to_ms BIGINT, first_read_ms BIGINT, last_read_ms BIGINT, dropped BIGINT)',
    },
    createTableOf(USAGE_COLUMNS),
    createTableOf(EVENT_COLUMNS),
  ],
  [
    {
      sql: 'create table erasures (at_ms BIGINT, named_by VARCHAR, salt VARCHAR, subject VARCHAR, usage_rows BIGINT, event_rows BIGINT)',
    },
  ],
];

/**
 * Opens the archive in a folder, and makes it if there is none.
 * @throws ArchiveRefused
 */
export async function openDuckDbStore(folder: string): Promise<ArchiveStore> {
  const database = await openDatabase(folder, MEMORY_LIMIT);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    if (error instanceof ArchiveRefused) throw error;
    throw new ArchiveRefused(
      `The archive in ${folder} can't be read: it is damaged, or not one of Sightline's. Restore it from a copy, or name another folder.`,
      { cause: error },
    );
  }
  return {
    engine: 'duckdb',
    usage: createTable(database, USAGE_COLUMNS, {
      conditionsOf: usageConditions,
      createTest: createUsageTest,
      addressSql: '"requestIP"',
      readAddresses: decodeAddresses,
    }),
    events: createTable(database, EVENT_COLUMNS, {
      conditionsOf: eventConditions,
      createTest: createEventTest,
      addressSql: `coalesce("ipAddress", array_to_string(addresses, ' '))`,
      readAddresses: decodeAddresses,
    }),
    // One process at a time has the file.
    claim: async () => true,
    async loadErasures() {
      const rows = await database.read(
        'select at_ms, named_by, salt, subject, usage_rows, event_rows from erasures order by at_ms, usage_rows + event_rows',
      );
      return rows.map(readErasure);
    },
    async noteErasure({ atMs, by, salt, subject, usageRows, eventRows }) {
      await database.write([
        {
          sql: 'insert into erasures values (?, ?, ?, ?, ?, ?)',
          values: [atMs, by, salt, subject, usageRows, eventRows],
        },
      ]);
    },
    close: () => database.close(),
  };
}

function createTableOf({
  table,
  idType,
  types,
}: Pick<Columns<never>, 'table' | 'idType' | 'types'>): Statement {
  const columns = Object.entries(types).map(([name, type]) => `"${name}" ${type}`);
  return {
    sql: `create table ${table} (id ${idType}, at_ms BIGINT, ${columns.join(', ')}, first_seen_ms BIGINT, since_ms BIGINT, until_ms BIGINT)`,
  };
}

/** Brings the schema to the newest version, one step at a time. */
async function migrate(database: Database): Promise<void> {
  const tables = (await database.read('select table_name from duckdb_tables()')).map(([name]) => name);
  if (!tables.includes('archive_version')) {
    if (tables.length > 0)
      throw new ArchiveRefused(
        'This database holds other tables than those of an archive. Name another folder.',
      );
    await database.write([
      { sql: 'create table archive_version (version INTEGER)' },
      { sql: 'insert into archive_version values (0)' },
    ]);
  }
  const [row] = await database.read('select version from archive_version');
  const version = Number(row?.[0]);
  if (!(version <= STEPS.length)) {
    throw new ArchiveRefused(
      `This archive was written by a newer version (schema ${version}; this version knows ${STEPS.length}). Start that version.`,
    );
  }
  for (const [at, step] of STEPS.slice(version).entries()) {
    await database.write([
      ...step,
      { sql: 'update archive_version set version = ?', values: [version + at + 1] },
    ]);
  }
}
