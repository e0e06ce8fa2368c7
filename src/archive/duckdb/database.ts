import { existsSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { makeFolder } from '../../base/folder.ts';
import { ArchiveRefused } from '../store.ts';
import { connectAll } from './connections.ts';
import type { Connections, Read, Statement } from './connections.ts';
import { fileOf } from './file.ts';

export type { Statement } from './connections.ts';

/** A database in one file. */
export interface Database {
  readonly read: Read;
  /**
   * Runs statements on one connection that see the database as it is at one moment. They may make temporary tables, which are gone
   * afterwards, and write nothing else.
   */
  readTogether<T>(work: (read: Read) => Promise<T>): Promise<T>;
  /** Runs statements as one transaction. If one fails, nothing has happened, unless the disk is full (`isBroken`). */
  write(statements: readonly Statement[]): Promise<void>;
  /** Gives the space of replaced rows back to later ones. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

/** What was written goes into a log first, and from there into the database when the log has this size. */
const CHECKPOINT_MB = 16;
/** How much larger the log may be after it did not fit into the database, so that the same does not happen at once. */
const GROWTH = 4;

/**
 * Opens the database of a folder, and makes both if they do not exist. If it breaks later, because the disk is full, it is opened
 * again, so that reading goes on.
 * @param memoryLimit such as `512MB`
 * @throws ArchiveRefused if another process has it open, or it is no database
 */
export async function openDatabase(folder: string, memoryLimit: string): Promise<Database> {
  const file = fileOf(folder);
  let checkpointMb = CHECKPOINT_MB;
  let isClosed = false;
  const open = async (): Promise<Connections> =>
    connectAll(await openInstance(folder, file, { memoryLimit, checkpointMb }));
  let opening = open();
  await opening;

  async function openAgain(broken: Connections): Promise<Connections> {
    checkpointMb *= GROWTH;
    await broken.close();
    return open();
  }

  async function use<T>(work: (connections: Connections) => Promise<T>): Promise<T> {
    if (isClosed) throw new Error(`The archive ${file} is closed.`);
    let used = opening;
    const connections = await used.catch(() => {
      // It could not be opened again before.
      if (opening === used) opening = open();
      used = opening;
      return used;
    });
    try {
      return await work(connections);
    } catch (error) {
      if (isBroken(error) && opening === used && !isClosed) {
        opening = openAgain(connections);
        opening.catch(() => {});
      }
      throw error;
    }
  }

  /** Reading again does no harm, and a reader has not caused the fault. */
  async function useTwice<T>(work: (connections: Connections) => Promise<T>): Promise<T> {
    return use(work).catch((error: unknown) => {
      if (!isBroken(error)) throw error;
      return use(work);
    });
  }

  return {
    read: (sql, values) => useTwice(({ withReader }) => withReader((read) => read(sql, values))),
    readTogether: (work) =>
      useTwice(({ withReader }) =>
        withReader(async (read) => {
          await read('begin transaction');
          try {
            return await work(read);
          } finally {
            await read('rollback').catch(() => {});
          }
        }),
      ),
    write: (statements) => use(({ write }) => write(statements)),
    checkpoint: () => use(({ checkpoint }) => checkpoint()),
    async close() {
      if (isClosed) return;
      isClosed = true;
      const connections = await opening.catch(() => null);
      await connections?.close();
    },
  };
}

/**
 * Whether the database refuses everything until it is opened again. It does so if the disk is full when it moves what was written from
 * its log into its file. The log holds it still, also what the statement that failed has written.
 */
function isBroken(error: unknown): boolean {
  return error instanceof Error && /FATAL|invalidated|Reopen the database/.test(error.message);
}

async function openInstance(
  folder: string,
  file: string,
  { memoryLimit, checkpointMb }: { readonly memoryLimit: string; readonly checkpointMb: number },
): Promise<DuckDBInstance> {
  try {
    makeFolder(folder);
    return await DuckDBInstance.create(file, {
      memory_limit: memoryLimit,
      threads: '2',
      checkpoint_threshold: `${checkpointMb}MB`,
    });
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
