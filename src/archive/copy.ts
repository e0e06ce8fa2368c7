import { DAY_MS } from '../base/time.ts';
import { readHistory } from './history.ts';
import { foldReads } from './ledger.ts';
import type { ReadSpan } from './ledger.ts';
import { readRows } from './pages.ts';
import type { ArchivedRow, ArchiveStore, ArchiveTable } from './store.ts';

/**
 * Copies an archive into another one, such as from DuckDB to ClickHouse: each version of each row, when it was first seen, and the ledger. A span is noted in the ledger of the other archive when its rows are there. If it is interrupted, run it again.
 * @param onProgress receives how many rows of a source were copied so far
 */
export async function copyStore(
  from: ArchiveStore,
  to: ArchiveStore,
  onProgress: (source: 'usage' | 'events', rows: number) => void = () => {},
): Promise<void> {
  for (const erasure of await from.loadErasures()) await to.noteErasure(erasure);
  await copyTable(from.usage, to.usage, (rows) => onProgress('usage', rows));
  await copyTable(from.events, to.events, (rows) => onProgress('events', rows));
}

type CopiedTable<Row extends ArchivedRow> = Pick<
  ArchiveTable<Row, Readonly<Record<string, never>>>,
  'loadReads' | 'list' | 'listVersions' | 'commit' | 'writeVersions'
>;

async function copyTable<Row extends ArchivedRow>(
  from: CopiedTable<Row>,
  to: CopiedTable<Row>,
  onProgress: (rows: number) => void,
): Promise<void> {
  const reads = foldReads(await from.loadReads());
  const [newest] = reads;
  const oldest = reads.at(-1);
  if (!newest || !oldest) return;
  for (let toMs = newest.toMs; toMs > oldest.fromMs; toMs -= DAY_MS) {
    const day = { fromMs: Math.max(toMs - DAY_MS, oldest.fromMs), toMs };
    // By the day, and before the rows, which are known then in the version that they have now, and since when.
    for await (const versions of readHistory(from.listVersions, day)) await to.writeVersions(versions);
  }
  let copied = 0;
  for await (const rows of readRows(from.list, { fromMs: oldest.fromMs, toMs: newest.toMs })) {
    await to.commit(rows, claimNothing(newest));
    copied += rows.length;
    onProgress(copied);
  }
  for (const read of reads) await to.commit([], read);
}

/** A span of no length, under which rows are written before the ledger claims their span. */
function claimNothing(read: ReadSpan): ReadSpan {
  return { ...read, fromMs: read.toMs, dropped: 0 };
}
