import type { AuditEvent } from '../sources/events/event.ts';
import type { EventFilter } from '../sources/events/filter.ts';
import type { ArchivedRows, ArchivedSpan } from '../sources/paging/archived-rows.ts';
import type { UsageFilter } from '../sources/usage/filter.ts';
import type { UsageRecord } from '../sources/usage/record.ts';
import { openStore } from './open-store.ts';
import type { ArchivedRow, ArchiveStore, ArchiveTable } from './store.ts';

/**
 * The rows of the user's own files, read as those of an archive. It holds nothing until their copy is opened, so that the sandbox,
 * which has loaded the files, is asked until then.
 */
export interface FileArchive {
  readonly usage: ArchivedRows<UsageRecord, UsageFilter>;
  readonly events: ArchivedRows<AuditEvent, EventFilter>;
  /** Opens the copy that `copyFileRows` has made in a folder. It answers from then on. @throws ArchiveRefused, Error */
  open(folder: string): Promise<void>;
  /** Waits for running questions. */
  close(): Promise<void>;
}

/** @param onFault receives why the copy could not answer. The sandbox was asked instead. */
export function createFileArchive(onFault: (error: unknown) => void): FileArchive {
  let opened: { readonly store: ArchiveStore; readonly held: Held } | null = null;
  let isClosed = false;

  function rowsOf<Row extends ArchivedRow, Filter>(
    source: keyof Held,
    choose: (store: ArchiveStore) => ArchiveTable<Row, Filter>,
    withoutSight: (row: Row) => Row,
  ): ArchivedRows<Row, Filter> {
    const table = (): ArchiveTable<Row, Filter> => {
      if (!opened) throw new Error('The copy of the files is not open.');
      return choose(opened.store);
    };
    return {
      origin: 'FILE',
      lacksPersonalData: false,
      heldSpans: () => opened?.held[source] ?? [],
      list: async (question) => (await table().list(question)).map(withoutSight),
      count: async (range, filter, knownAtMs) => table().count(range, filter, knownAtMs),
      find: async (ids) => (opened ? (await table().find(ids)).map(withoutSight) : []),
      group: async (question) => table().group(question),
      noteFault: onFault,
    };
  }

  return {
    // A file does not say when a row was first seen; the copy knows when it was written.
    usage: rowsOf(
      'usage',
      ({ usage }) => usage,
      ({ firstSeenMs: _, ...record }) => record,
    ),
    events: rowsOf(
      'events',
      ({ events }) => events,
      ({ firstSeenMs: _, ...event }) => event,
    ),
    async open(folder) {
      const store = await openStore({ kind: 'duckdb', folder });
      const held = { usage: await readHeld(store.usage), events: await readHeld(store.events) };
      if (isClosed) await store.close();
      else opened = { store, held };
    },
    async close() {
      isClosed = true;
      const closing = opened;
      opened = null;
      await closing?.store.close();
    },
  };
}

/** The spans that the copy holds of each source; none of a source without a file. */
type Held = Readonly<Record<'usage' | 'events', readonly ArchivedSpan[]>>;

async function readHeld(
  table: Pick<ArchiveTable<never, never>, 'loadReads'>,
): Promise<readonly ArchivedSpan[]> {
  const reads = await table.loadReads();
  return reads.map(({ fromMs, toMs, lastReadMs, dropped }) => ({
    fromMs,
    toMs,
    readAtMs: lastReadMs,
    dropped,
  }));
}
