import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { readChain } from './chain.ts';
import type { SealedDay } from './chain.ts';
import { SEALED_COLUMNS, versionColumns } from './columns.ts';
import type { FileColumns, SealedColumns, SealedRow } from './columns.ts';
import { digestOfFile } from './folder.ts';
import { manifestPath, rangeOfDay, rowsPath, versionsPath } from './manifest.ts';
import { inspectRows, withDatabase } from './parquet.ts';

/** What was published of the folder. */
export interface Published {
  /** The digest of a manifest, such as sealing a day prints: this manifest and each one before it must be there. */
  readonly head?: string;
}

/** The result of checking a folder of sealed days. */
export interface Verification {
  /** A sentence for each fault, which names the file; empty: everything is as it was sealed. */
  readonly faults: readonly string[];
  /** In the order in which they were sealed. */
  readonly days: readonly SealedDay[];
}

/**
 * Checks sealed days. It needs nothing but the folder and the public key.
 * @returns a sentence for each fault, which names the file; empty: everything is as it was sealed
 */
export async function verifyFolder(
  folder: string,
  publicKey: KeyObject,
  published: Published = {},
): Promise<readonly string[]> {
  return (await examineFolder(folder, publicKey, published)).faults;
}

/** As `verifyFolder`, with what the folder holds. */
export async function examineFolder(
  folder: string,
  publicKey: KeyObject,
  { head }: Published = {},
): Promise<Verification> {
  const { days, faults } = await readChain(folder, publicKey);
  const newest = days.at(-1);
  if (!newest) return { days, faults: [...faults, `${folder} holds no sealed day.`] };
  const isHead = ({ digest }: SealedDay): boolean => digest === head?.trim().toLowerCase();
  const headFaults =
    head === undefined || days.some(isHead)
      ? []
      : [
          `${manifestPath(newest.stem)} is the newest manifest, but none has the published digest ${head}: newer days are missing, or a manifest was altered.`,
        ];
  const rowFaults = await withDatabase(async (database) => {
    const found: string[] = [];
    for (const day of days) {
      const { manifest } = day;
      const columns = SEALED_COLUMNS[manifest.source] as SealedColumns<SealedRow>;
      const files = [
        { columns, path: rowsPath(day.stem), sealed: manifest },
        ...(manifest.format === 1
          ? []
          : [{ columns: versionColumns(columns), path: versionsPath(day.stem), sealed: manifest.versions }]),
      ];
      for (const file of files) found.push(...(await checkRows(database, folder, day, file)));
    }
    return found;
  });
  return { days, faults: [...faults, ...headFaults, ...rowFaults] };
}

/** A file of a sealed day, and what its manifest says of it. */
interface SealedFile {
  readonly columns: Pick<FileColumns<never>, 'content' | 'time' | 'order' | 'types'>;
  readonly path: string;
  readonly sealed: { readonly rows: number; readonly sha256: string };
}

async function checkRows(
  database: DuckDBConnection,
  folder: string,
  { manifest, stem }: SealedDay,
  { columns, path: file, sealed }: SealedFile,
): Promise<string[]> {
  const path = join(folder, file);
  if (!existsSync(path)) return [`${file} is missing: ${manifestPath(stem)} names it.`];
  const faults: string[] = [];
  const digest = await digestOfFile(path).catch(() => null);
  if (digest === null) return [`${file} can't be read.`];
  if (digest !== sealed.sha256)
    faults.push(`${file} is not the file that was sealed: its SHA-256 differs from the manifest's.`);
  try {
    const { rows, disorderedAt, outside } = await inspectRows(
      database,
      columns,
      path,
      rangeOfDay(manifest.day),
    );
    if (rows !== sealed.rows) faults.push(`${file} has ${rows} rows, and its manifest says ${sealed.rows}.`);
    if (disorderedAt !== null)
      faults.push(`${file} has rows out of order: row ${disorderedAt} must come before the row above it.`);
    if (outside > 0) faults.push(`${file} has ${outside} rows of another day than ${manifest.day}.`);
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    faults.push(`${file} can't be read as a Parquet file of this source: ${reason}`);
  }
  return faults;
}
