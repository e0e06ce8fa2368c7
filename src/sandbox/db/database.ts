import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBPreparedStatement, JS } from '@duckdb/node-api';

/** A value of a `?` in a statement. Times are bigint milliseconds. */
export type SqlValue = string | number | bigint | boolean | null;

/** DuckDB in memory, in UTC, with a small pool of connections. Each connection prepares a statement once. */
export interface Database {
  /** The rows as arrays, in the order of the columns; int64 as bigint. */
  read(sql: string, values?: readonly SqlValue[]): Promise<readonly (readonly JS[])[]>;
  /** The rows as objects by column name. */
  readObjects(sql: string, values?: readonly SqlValue[]): Promise<readonly Readonly<Record<string, JS>>[]>;
  /** Runs one or more statements and ignores their rows. */
  run(sql: string, values?: readonly SqlValue[]): Promise<void>;
  /** Waits for running statements, then frees the memory. The database can't be used afterwards. */
  close(): Promise<void>;
}

interface PooledConnection {
  readonly connection: DuckDBConnection;
  readonly statements: Map<string, DuckDBPreparedStatement>;
}

const CONNECTIONS = 3;
const STATEMENTS_KEPT = 64;

/** Opens a new, empty database. */
export async function openDatabase(): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:');
  const idle: PooledConnection[] = [];
  const waiting: ((pooled: PooledConnection) => void)[] = [];
  for (let count = 0; count < CONNECTIONS; count += 1) {
    const connection = await instance.connect();
    await connection.run("set TimeZone = 'UTC'");
    idle.push({ connection, statements: new Map() });
  }

  // No two statements share a connection, because it runs one at a time and its prepared statements hold their values.
  async function withConnection<T>(work: (pooled: PooledConnection) => Promise<T>): Promise<T> {
    const pooled = idle.pop() ?? (await new Promise<PooledConnection>((resolve) => waiting.push(resolve)));
    try {
      return await work(pooled);
    } finally {
      const next = waiting.shift();
      if (next === undefined) idle.push(pooled);
      else next(pooled);
    }
  }

  const readWith = (sql: string, values: readonly SqlValue[]) =>
    withConnection(async (pooled) => {
      const statement = await prepare(pooled, sql);
      if (values.length > 0) statement.bind([...values]);
      return await statement.runAndReadAll();
    });

  return {
    read: async (sql, values = []) => (await readWith(sql, values)).getRowsJS(),
    readObjects: async (sql, values = []) => (await readWith(sql, values)).getRowObjectsJS(),
    run: async (sql, values = []) => {
      await withConnection(async ({ connection }) => {
        await connection.run(sql, [...values]);
      });
    },
    close: async () => {
      const all = await Promise.all(
        Array.from(
          { length: CONNECTIONS },
          () =>
            new Promise<PooledConnection>((resolve) => {
              const pooled = idle.pop();
              if (pooled === undefined) waiting.push(resolve);
              else resolve(pooled);
            }),
        ),
      );
      for (const { connection, statements } of all) {
        for (const statement of statements.values()) statement.destroySync();
        connection.closeSync();
      }
      instance.closeSync();
    },
  };
}

async function prepare(pooled: PooledConnection, sql: string): Promise<DuckDBPreparedStatement> {
  const { statements, connection } = pooled;
  const known = statements.get(sql);
  const statement = known ?? (await connection.prepare(sql));
  statements.delete(sql);
  statements.set(sql, statement);
  const [oldest] = statements;
  if (statements.size > STATEMENTS_KEPT && oldest !== undefined) {
    statements.delete(oldest[0]);
    oldest[1].destroySync();
  }
  return statement;
}
