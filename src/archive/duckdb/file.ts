import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The database of an archive in a folder. */
export function fileOf(folder: string): string {
  return join(folder, 'archive.duckdb');
}

/** Whether a folder holds an archive, without opening it. */
export function holdsArchive(folder: string): boolean {
  return existsSync(fileOf(folder));
}
