import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBPreparedStatement, JS } from '@duckdb/node-api';

/** What a `?` of a statement can stand for. Instants go in as bigint milliseconds. */
export type SqlValue = string | number | bigint | boolean | null;

/** DuckDB in memory, in UTC. Each reader takes a connection of a small pool, on which its statement is prepared once. */
export interface Database {
  /** The rows as arrays, in the order of the columns; int64 as bigint. */
  read(sql: string, values?: readonly SqlValue[]): Promise<readonly (readonly JS[])[]>;
  /** The rows as objects by column name. */
  readObjects(sql: string, values?: readonly SqlValue[]): Promise<readonly Readonly<Record<string, JS>>[]>;
  /** Runs statements whose rows are of no interest. */
  run(sql: string, values?: readonly SqlValue[]): Promise<void>;
  /** Waits for what is running, then frees the memory; nothing can be asked afterwards. */
  close(): Promise<void>;
}

interface Member {
  readonly connection: DuckDBConnection;
  readonly statements: Map<string, DuckDBPreparedStatement>;
}

const CONNECTIONS = 3;
const STATEMENTS_KEPT = 64;

/** Opens an empty database of its own; two of them share nothing. */
export async function openDatabase(): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:');
  const idle: Member[] = [];
  const waiting: ((member: Member) => void)[] = [];
  for (let count = 0; count < CONNECTIONS; count += 1) {
    const connection = await instance.connect();
    await connection.run("set TimeZone = 'UTC'");
    idle.push({ connection, statements: new Map() });
  }

  // A connection runs one statement at a time, and its prepared statements hold their bindings: nobody shares one.
  async function withMember<T>(work: (member: Member) => Promise<T>): Promise<T> {
    const member = idle.pop() ?? (await new Promise<Member>((resolve) => waiting.push(resolve)));
    try {
      return await work(member);
    } finally {
      const next = waiting.shift();
      if (next === undefined) idle.push(member);
      else next(member);
    }
  }

  const readWith = (sql: string, values: readonly SqlValue[]) =>
    withMember(async (member) => {
      const statement = await prepare(member, sql);
      if (values.length > 0) statement.bind([...values]);
      return await statement.runAndReadAll();
    });

  return {
    read: async (sql, values = []) => (await readWith(sql, values)).getRowsJS(),
    readObjects: async (sql, values = []) => (await readWith(sql, values)).getRowObjectsJS(),
    run: async (sql, values = []) => {
      await withMember(async ({ connection }) => {
        await connection.run(sql, [...values]);
      });
    },
    close: async () => {
      const members = await Promise.all(
        Array.from(
          { length: CONNECTIONS },
          () =>
            new Promise<Member>((resolve) => {
              const member = idle.pop();
              if (member === undefined) waiting.push(resolve);
              else resolve(member);
            }),
        ),
      );
      for (const { connection, statements } of members) {
        for (const statement of statements.values()) statement.destroySync();
        connection.closeSync();
      }
      instance.closeSync();
    },
  };
}

async function prepare(member: Member, sql: string): Promise<DuckDBPreparedStatement> {
  const { statements, connection } = member;
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
