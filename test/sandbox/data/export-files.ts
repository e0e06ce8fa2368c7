import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { loadUsageExport } from '../../../src/sandbox/data/load-export.ts';
import type { LoadedExport } from '../../../src/sandbox/data/load-export.ts';
import { openDatabase } from '../../../src/sandbox/db/database.ts';
import type { Database } from '../../../src/sandbox/db/database.ts';
import { createTables } from '../../../src/sandbox/db/tables.ts';

/** A temporary folder. Each test file that imports it has its own. */
export const folder = mkdtempSync(join(tmpdir(), 'sightline-'));
afterAll(() => rm(folder, { recursive: true }));

export type Content = string | Buffer;

/** Writes files into the folder. @returns their paths */
export async function writeAll(files: Readonly<Record<string, Content>>): Promise<string[]> {
  return await Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      const file = join(folder, name);
      await writeFile(file, content);
      return file;
    }),
  );
}

interface Loaded {
  readonly loaded: LoadedExport;
  readonly query: Database['readObjects'];
}

/** Loads files into tables, without a server. */
export async function withTables<T>(
  load: typeof loadUsageExport,
  paths: readonly string[],
  work: (tables: Loaded) => T | Promise<T>,
): Promise<T> {
  const database = await openDatabase();
  try {
    await createTables(database);
    return await work({ loaded: await load(database, paths), query: database.readObjects });
  } finally {
    await database.close();
  }
}

/** Loads files of usage records. */
export async function loadUsage(files: Readonly<Record<string, Content>>): Promise<LoadedExport> {
  return await withTables(loadUsageExport, await writeAll(files), ({ loaded }) => loaded);
}

/** The reason why files can't be served. */
export async function refusal(
  files: Readonly<Record<string, Content>>,
  load = loadUsageExport,
): Promise<string> {
  const paths = await writeAll(files);
  return await withTables(load, paths, () => 'they can').catch((error: Error) => error.message);
}

export const HEADER = 'id,usageDate,elementName';
export const timeOf = (n: number) => new Date(Date.parse('2026-03-01T00:00:00Z') + n * 1_000).toISOString();
export const lineOf = (n: number, name = 'plain') => `id${n},${timeOf(n)},${name}`;
export const linesOf = (count: number, nameOf: (n: number) => string = () => 'plain') =>
  Array.from({ length: count }, (_, n) => lineOf(n, nameOf(n)));
