import { decodeEvent } from '../sources/events/event.ts';
import { isSkipped } from '../sources/paging/vendor-page.ts';
import type { SkippedRow } from '../sources/paging/vendor-page.ts';
import { decodeUsageRecord } from '../sources/usage/record.ts';
import { parseJson } from '../upstream/body.ts';
import { openStore } from './open-store.ts';
import type { ArchivedRow, ArchiveTable } from './store.ts';

/** Rows in the vendor's JSON, in groups; null: the source has no file. */
export type FileRows = AsyncIterable<readonly string[]> | null;

/** The greatest time from the epoch that dates can hold, in milliseconds. */
const ALL_TIME_MS = 8.64e15;

/**
 * Copies the rows of loaded files to a new archive in a folder, and closes it, so that another process can open it. They are decoded
 * as the answers of a vendor are. The ledger claims all of time once all rows of a source are there, because there is nothing else
 * that could be asked for other times.
 * @param nowMs when the files were loaded, in milliseconds since the epoch
 * @throws Error if the folder can't be written
 */
export async function copyFileRows(
  folder: string,
  rows: { readonly usage: FileRows; readonly events: FileRows },
  nowMs: number,
): Promise<void> {
  const store = await openStore({ kind: 'duckdb', folder });
  try {
    await copyRows(store.usage, rows.usage, decodeUsageRecord, nowMs);
    await copyRows(store.events, rows.events, decodeEvent, nowMs);
  } finally {
    await store.close();
  }
}

async function copyRows<Row extends ArchivedRow>(
  table: Pick<ArchiveTable<Row, never>, 'writeVersions' | 'commit'>,
  groups: FileRows,
  decode: (row: unknown) => Row | SkippedRow,
  nowMs: number,
): Promise<void> {
  if (!groups) return;
  let dropped = 0;
  for await (const group of groups) {
    const decoded = (parseJson(`[${group.join(',')}]`) as readonly unknown[]).map(decode);
    const rows = decoded.filter((row): row is Row => !isSkipped(row));
    dropped += decoded.length - rows.length;
    await table.writeVersions(rows.map((row) => ({ row, sinceMs: nowMs, untilMs: null })));
  }
  const read = { firstReadMs: nowMs, lastReadMs: nowMs, dropped };
  await table.commit([], { fromMs: -ALL_TIME_MS, toMs: ALL_TIME_MS, ...read });
}
