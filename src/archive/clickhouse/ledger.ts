import type { ReadSpan } from '../ledger.ts';
import type { ArchiveTable } from '../store.ts';
import { text } from './conditions.ts';
import type { Database } from './database.ts';

/** The entries of one source. */
export interface Ledger extends Pick<ArchiveTable<never, never>, 'loadReads' | 'replaceReads'> {
  append(reads: readonly ReadSpan[]): Promise<void>;
}

const COLUMNS = ['source', 'entry', 'from_ms', 'to_ms', 'first_read_ms', 'last_read_ms', 'dropped'];
/** So many ids of entries are shorter than the longest form field that servers take, 128 KiB. */
const MOST_DELETED = 1_000;

/** The ledger of one source in ClickHouse. The table must exist. */
export function createLedger(database: Database, source: 'usage' | 'events'): Ledger {
  /** The entries that this process has read or written. Those of another process stay when these are replaced. */
  let known: ReadonlySet<string> | null = null;

  async function load(): Promise<readonly ReadSpan[]> {
    const rows = await database.read(`select ${COLUMNS.slice(1).join(', ')} from ledger where source = ?`, [
      text(source),
    ]);
    known = new Set(rows.map(([entry]) => String(entry)));
    return rows.map(([, fromMs, toMs, firstReadMs, lastReadMs, dropped]) => ({
      fromMs: Number(fromMs),
      toMs: Number(toMs),
      firstReadMs: Number(firstReadMs),
      lastReadMs: Number(lastReadMs),
      dropped: Number(dropped),
    }));
  }

  async function append(reads: readonly ReadSpan[]): Promise<readonly string[]> {
    const rows = reads.map(({ fromMs, toMs, firstReadMs, lastReadMs, dropped }) => {
      const entry: string = crypto.randomUUID();
      return { entry, row: [source, entry, fromMs, toMs, firstReadMs, lastReadMs, dropped] };
    });
    await database.insert(
      'ledger',
      COLUMNS,
      rows.map(({ row }) => row),
    );
    return rows.map(({ entry }) => entry);
  }

  return {
    loadReads: load,
    async append(reads) {
      const added = await append(reads);
      if (known) known = new Set([...known, ...added]);
    },
    async replaceReads(reads) {
      if (!known) await load();
      const old = [...(known ?? [])];
      // If this process dies between both, the ledger says the same twice.
      known = new Set(await append(reads));
      for (let at = 0; at < old.length; at += MOST_DELETED) {
        const value = old.slice(at, at + MOST_DELETED);
        await database.run('delete from ledger where entry in ?', [{ type: 'Array(UUID)', value }]);
      }
    },
  };
}
