import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { findGaps, foldReads } from '../ledger.ts';
import type { ArchiveStore } from '../store.ts';
import type { SealedDay } from './chain.ts';
import { SEALED_COLUMNS, versionColumns } from './columns.ts';
import type { SealedColumns, SealedRow } from './columns.ts';
import {
  decodeCoverage,
  EvidenceRefused,
  newestRevisions,
  rangeOfDay,
  rowsPath,
  versionsPath,
} from './manifest.ts';
import { readSealedRows, withDatabase } from './parquet.ts';
import { examineFolder } from './verify.ts';
import type { Published } from './verify.ts';

/** What was written into an archive. */
export interface Restored {
  readonly days: number;
  readonly rows: number;
  /** Days that the archive held whole already. */
  readonly skipped: number;
}

/**
 * Writes sealed days, each in its newest revision, into an archive: rows, when each was first seen, the versions of those that
 * changed, and when each span was read. It never replaces a row that the archive has. If it is interrupted, the next run writes what is missing.
 * @throws EvidenceRefused if the folder has a fault
 */
export async function restoreFolder(
  folder: string,
  store: ArchiveStore,
  publicKey: KeyObject,
  published: Published = {},
): Promise<Restored> {
  const { days, faults } = await examineFolder(folder, publicKey, published);
  const [fault] = faults;
  if (fault !== undefined)
    throw new EvidenceRefused(
      `Nothing is restored from ${folder}, because it has faults (${faults.length}): ${fault} npm run archive -- verify lists each of them.`,
    );
  return withDatabase(async (database) => {
    let rows = 0;
    let skipped = 0;
    const newest = newestRevisions(days);
    for (const day of newest) {
      const written = await restoreDay(database, folder, store, day);
      if (written === null) skipped += 1;
      else rows += written;
    }
    return { days: newest.length - skipped, rows, skipped };
  });
}

/** @returns how many rows were written; null: the archive holds the day already */
async function restoreDay(
  database: DuckDBConnection,
  folder: string,
  store: ArchiveStore,
  { manifest, stem }: SealedDay,
): Promise<number | null> {
  const columns = SEALED_COLUMNS[manifest.source] as SealedColumns<SealedRow>;
  const table = columns.tableOf(store);
  const range = rangeOfDay(manifest.day);
  if (findGaps(foldReads(await table.loadReads()), range).length === 0) return null;
  const reads = decodeCoverage(manifest.coverage);
  const [newest] = reads;
  if (!newest) return null;
  // The rows are written under a span of no length, so that the ledger claims the day only when each row is there.
  const nothingYet = { ...newest, fromMs: range.fromMs, toMs: range.fromMs, dropped: 0 };
  const newRowsOf = async (rows: readonly SealedRow[]): Promise<readonly SealedRow[]> => {
    const known = new Set((await table.find(rows.map(({ id }) => id))).map(({ id }) => id));
    return rows.filter(({ id }) => !known.has(id));
  };
  let written = 0;
  if (manifest.format === 2) {
    // Before the rows, which are known then in the version that was sealed last, and since when.
    const file = join(folder, versionsPath(stem));
    for await (const page of inPages(readSealedRows(database, versionColumns(columns), file))) {
      const current = page.filter(({ untilMs }) => untilMs === null).map(({ row }) => row);
      written += (await newRowsOf(current)).length;
      await table.writeVersions(page);
    }
  }
  for await (const page of inPages(readSealedRows(database, columns, join(folder, rowsPath(stem))))) {
    const rows = await newRowsOf(page);
    if (rows.length > 0) await table.commit(rows, nothingYet);
    written += rows.length;
  }
  for (const read of reads) await table.commit([], read);
  return written;
}

/** As many rows are written at once. */
const PAGE_ROWS = 5_000;

/** Joins pages to longer ones, because each is a transaction. */
async function* inPages<Row>(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<readonly Row[]> {
  let waiting: Row[] = [];
  for await (const page of pages) {
    waiting.push(...page);
    if (waiting.length < PAGE_ROWS) continue;
    yield waiting;
    waiting = [];
  }
  if (waiting.length > 0) yield waiting;
}
