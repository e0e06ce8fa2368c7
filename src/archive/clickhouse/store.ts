import { createEventTest } from '../../sources/events/filter.ts';
import { createUsageTest } from '../../sources/usage/filter.ts';
import { readErasure } from '../stored-values.ts';
import { ArchiveRefused } from '../store.ts';
import type { ArchiveStore } from '../store.ts';
import { createClaims } from './claims.ts';
import { EVENT_COLUMNS, USAGE_COLUMNS } from './columns.ts';
import { eventCondition, usageCondition } from './conditions.ts';
import { ClickHouseFault, connectDatabase, readAddress } from './database.ts';
import type { Timeouts } from './database.ts';
import { migrate } from './schema.ts';
import { createTable } from './table.ts';

const TIMEOUTS: Timeouts = { readMs: 10_000, writeMs: 60_000 };

/** The server's numbers of faults that waiting does not mend, and what to do. */
const REFUSALS: Readonly<Record<string, string>> = {
  '192': 'refuses this user. Check name and password.',
  '193': 'refuses this user. Check name and password.',
  '194': 'refuses this user. Check name and password.',
  '516': 'refuses this user. Check name and password.',
  '497':
    'lacks a right for this user. It takes the rights to create, read, insert into and delete from tables.',
  '164': 'lets this user only read. Name another user.',
};
const UNKNOWN_DATABASE = '81';
const ERASURE_COLUMNS = ['at_ms', 'named_by', 'salt', 'subject', 'usage_rows', 'event_rows'];

/**
 * Opens the archive in a database of a server, and makes both database and tables if there are none.
 * @param url as `clickhouse://user:password@host:8123/database`, or `clickhouses://` for TLS
 * @throws ArchiveRefused if it can't be used as it is
 * @throws Error if the server is gone or slow, so that it may be opened later
 */
export async function openClickHouseStore(url: string, timeouts: Timeouts = TIMEOUTS): Promise<ArchiveStore> {
  const address = readAddress(url);
  const database = connectDatabase(address, timeouts);
  try {
    await migrate(database).catch(async (error: unknown) => {
      if (!isFault(error, UNKNOWN_DATABASE)) throw error;
      const outside = connectDatabase({ ...address, database: 'default' }, timeouts);
      try {
        await outside.run('create database if not exists ?', [
          { type: 'Identifier', value: address.database },
        ]);
      } finally {
        await outside.close();
      }
      await migrate(database);
    });
  } catch (error) {
    await database.close();
    const refusal = error instanceof ClickHouseFault ? REFUSALS[error.code ?? ''] : undefined;
    throw refusal === undefined ? error : new ArchiveRefused(`ClickHouse at ${address.url} ${refusal}`);
  }
  return {
    engine: 'clickhouse',
    usage: createTable(database, USAGE_COLUMNS, { conditionOf: usageCondition, createTest: createUsageTest }),
    events: createTable(database, EVENT_COLUMNS, {
      conditionOf: eventCondition,
      createTest: createEventTest,
    }),
    claim: createClaims(database),
    async loadErasures() {
      const rows = await database.read(
        `select ${ERASURE_COLUMNS.join(', ')} from erasures order by at_ms, usage_rows + event_rows`,
      );
      return rows.map(readErasure);
    },
    async noteErasure({ atMs, by, salt, subject, usageRows, eventRows }) {
      await database.insert('erasures', ERASURE_COLUMNS, [[atMs, by, salt, subject, usageRows, eventRows]]);
    },
    close: async () => database.close(),
  };
}

function isFault(error: unknown, code: string): boolean {
  return error instanceof ClickHouseFault && error.code === code;
}
