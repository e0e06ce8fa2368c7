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

/** A string as an SQL literal. */
export function quoteSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Strings as an SQL list literal. */
export function quoteSqlList(texts: readonly string[]): string {
  return `[${texts.map(quoteSql).join(', ')}]`;
}

/** SQL of a JSON object without the fields that are null. The first field must never be null. */
export function jsonSql(fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).map(([name, sql]) => `${quoteSql(name)}, ${sql}`);
  // In a JSON string a quote follows a backslash, so `,"` occurs only between fields.
  return `regexp_replace(json_object(${pairs.join(', ')})::varchar, ',"\\w+":null', '', 'g')`;
}

const DAY = '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-[0-9]{2}-[0-9]{2}';
const CLOCK = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?';
const ZONE = '( ?Z| UTC|[+-][0-9]{2}(:?[0-9]{2})?)';

/**
 * SQL of a text as a time, cut to milliseconds: ISO 8601 (a day, with or without a time and a zone; UTC without a zone) or
 * milliseconds since the epoch. Patterns check the text first, because the database accepts other texts and fails on numbers
 * that are too large for a time.
 */
export function instantSql(text: string): string {
  const written = `regexp_extract(${text}, '(?i)^${DAY}([T ]${CLOCK}${ZONE}?)?$')`;
  // The database does not parse a zone after a time without seconds.
  const seconded = `regexp_replace(${written}, '(?i)^(.{10}[T ][0-9]{2}:[0-9]{2})( ?Z| UTC|[+-].*)$', '\\1:00\\2')`;
  return `date_trunc('milliseconds', coalesce(
    epoch_ms(try_cast(regexp_extract(${text}, '^[0-9]{12,14}$') as bigint)),
    try_cast(${seconded} as timestamptz)::timestamp))`;
}

/** SQL of a text as a whole number from 0 to `most`. Fractions are rounded, as the vendor rounds milliseconds. */
export function integerSql(text: string, most: number): string {
  const value = `try_cast(regexp_extract(${text}, '^[0-9]{1,16}([.][0-9]+)?$') as bigint)`;
  return `case when ${value} <= ${most} then ${value} end`;
}

/** SQL of a text as a list: a JSON list, or values separated by commas. */
export function listSql(text: string): string {
  return `case when ${text} like '[%' then try_cast(${text} as varchar[]) else string_split(${text}, ',') end`;
}
