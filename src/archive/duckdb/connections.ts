import type { DuckDBConnection, DuckDBInstance, JS } from '@duckdb/node-api';
import type { SqlValue } from './conditions.ts';

/** Reads rows as arrays in the order of the columns; int64 as bigint. */
export type Read = (sql: string, values?: readonly SqlValue[]) => Promise<readonly (readonly JS[])[]>;

export interface Statement {
  readonly sql: string;
  readonly values?: readonly SqlValue[];
}

/** The connections to an open database: one writer, whose transactions run one after the other, and a few readers beside it. */
export interface Connections {
  withReader<T>(work: (read: Read) => Promise<T>): Promise<T>;
  write(statements: readonly Statement[]): Promise<void>;
  checkpoint(): Promise<void>;
  /** Waits for running statements. */
  close(): Promise<void>;
}

const READERS = 2;

export async function connectAll(instance: DuckDBInstance): Promise<Connections> {
  const writer = await connect(instance);
  const idle = await Promise.all(Array.from({ length: READERS }, () => connect(instance)));
  const waiting: ((connection: DuckDBConnection) => void)[] = [];
  let lastWrite: Promise<unknown> = Promise.resolve();
  const take = async (): Promise<DuckDBConnection> =>
    idle.pop() ?? (await new Promise<DuckDBConnection>((resolve) => waiting.push(resolve)));

  async function writeAll(statements: readonly Statement[]): Promise<void> {
    await writer.run('begin transaction');
    try {
      for (const { sql, values = [] } of statements) await writer.run(sql, [...values]);
      await writer.run('commit');
    } catch (error) {
      // If the commit itself failed, the transaction has ended already.
      await writer.run('rollback').catch(() => {});
      throw error;
    }
  }

  async function next<T>(work: () => Promise<T>): Promise<T> {
    const write = lastWrite.catch(() => {}).then(work);
    lastWrite = write;
    return write;
  }

  return {
    async withReader(work) {
      const reader = await take();
      try {
        return await work(async (sql, values = []) =>
          (await reader.runAndReadAll(sql, [...values])).getRowsJS(),
        );
      } finally {
        const free = waiting.shift();
        if (free) free(reader);
        else idle.push(reader);
      }
    },
    write: (statements) => next(() => writeAll(statements)),
    checkpoint: () =>
      next(async () => {
        await writer.run('checkpoint');
      }),
    async close() {
      await lastWrite.catch(() => {});
      const readers = await Promise.all(Array.from({ length: READERS }, take));
      for (const connection of [writer, ...readers]) connection.closeSync();
      instance.closeSync();
    },
  };
}

async function connect(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  // The first rows of an order are found by few columns, and only then read whole.
  await connection.run('set late_materialization_max_rows = 10000');
  return connection;
}
