import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, JS } from '@duckdb/node-api';
import { ArchiveRefused } from '../store.ts';
import type { SqlValue } from './conditions.ts';

/** A database in one file: one writer, whose transactions run one after the other, and a few readers beside it. */
export interface Database {
  /** The rows as arrays in the order of the columns; int64 as bigint. */
  read(sql: string, values?: readonly SqlValue[]): Promise<readonly (readonly JS[])[]>;
  /**
   * Runs statements on one connection that see the database as it is at one moment. They may make temporary tables, which are gone
   * afterwards, and write nothing else.
   */
  readTogether<T>(work: (read: Database['read']) => Promise<T>): Promise<T>;
  /** Runs statements as one transaction. If one fails, nothing has happened. */
  write(statements: readonly Statement[]): Promise<void>;
  /** Gives the space of replaced rows back to later ones. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

export interface Statement {
  readonly sql: string;
  readonly values?: readonly SqlValue[];
}

const READERS = 2;
const FILE = 'archive.duckdb';

/**
 * Opens the database of a folder, and makes both if they do not exist.
 * @param memoryLimit such as `512MB`
 * @throws ArchiveRefused if another process has it open, or it is no database
 */
export async function openDatabase(folder: string, memoryLimit: string): Promise<Database> {
  const file = join(folder, FILE);
  const instance = await openInstance(folder, file, memoryLimit);
  const writer = await connect(instance);
  const idle = await Promise.all(Array.from({ length: READERS }, () => connect(instance)));
  const waiting: ((connection: DuckDBConnection) => void)[] = [];
  let lastWrite: Promise<unknown> = Promise.resolve();
  let isClosed = false;
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

  async function withReader<T>(work: (read: Database['read'], reader: DuckDBConnection) => Promise<T>): Promise<T> {
    if (isClosed) throw closedError(file);
    const reader = await take();
    try {
      return await work(
        async (sql, values = []) => (await reader.runAndReadAll(sql, [...values])).getRowsJS(),
        reader,
      );
    } finally {
      const next = waiting.shift();
      if (next) next(reader);
      else idle.push(reader);
    }
  }

  return {
    read: (sql, values) => withReader((read) => read(sql, values)),
    readTogether: (work) =>
      withReader(async (read, reader) => {
        await reader.run('begin transaction');
        try {
          return await work(read);
        } finally {
          await reader.run('rollback');
        }
      }),
    async write(statements) {
      if (isClosed) throw closedError(file);
      const write = lastWrite.catch(() => {}).then(() => writeAll(statements));
      lastWrite = write;
      await write;
    },
    async checkpoint() {
      await lastWrite.catch(() => {});
      await writer.run('checkpoint');
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await lastWrite.catch(() => {});
      const readers = await Promise.all(Array.from({ length: READERS }, take));
      for (const connection of [writer, ...readers]) connection.closeSync();
      instance.closeSync();
    },
  };
}

function closedError(file: string): Error {
  return new Error(`The archive ${file} is closed.`);
}

async function connect(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  // The first rows of an order are found by few columns, and only then read whole.
  await connection.run('set late_materialization_max_rows = 10000');
  return connection;
}

async function openInstance(folder: string, file: string, memoryLimit: string): Promise<DuckDBInstance> {
  try {
    mkdirSync(folder, { recursive: true });
    return await DuckDBInstance.create(file, { memory_limit: memoryLimit, threads: '2' });
  } catch (error) {
    throw new ArchiveRefused(explain(error, file), { cause: error });
  }
}

function explain(error: unknown, file: string): string {
  const text = error instanceof Error ? error.message : String(error);
  // The text names the file, whose path may hold each word.
  if (/could not set lock on file/i.test(text)) {
    return `The archive ${file} is open in another process. One process can use it at a time: end the other one, or use an archive on ClickHouse.`;
  }
  if (!existsSync(file))
    return `The archive ${file} can't be made. Name a folder that this process may write to.`;
  return `The archive ${file} can't be opened: it is no database of this version, or it is damaged. Restore it from a copy, or name another folder.`;
}
