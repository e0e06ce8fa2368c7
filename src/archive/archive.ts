import type { Source } from '../base/source.ts';
import type { Range } from '../base/time.ts';
import type { AuditEvent } from '../sources/events/event.ts';
import type { EventFilter } from '../sources/events/filter.ts';
import type { ArchivedRows, ArchivedSpan } from '../sources/paging/archived-rows.ts';
import type { Position } from '../sources/paging/position.ts';
import type { UsageFilter } from '../sources/usage/filter.ts';
import type { UsageRecord } from '../sources/usage/record.ts';
import { addRead, cutReads, dropFuture, findDue, findHeld, foldReads, joinSettled } from './ledger.ts';
import type { HeldSpan, ReadSpan, Rereads } from './ledger.ts';
import { openStoreOrLater } from './open-store.ts';
import type { ArchiveLocation } from './open-store.ts';
import type { Redaction } from './personal-data.ts';
import { ArchiveRefused } from './store.ts';
import type { ArchiveStore, ArchiveTable } from './store.ts';

/** Copies of both vendors' logs, and what they hold whole. */
export interface Archive {
  readonly engine: ArchiveStore['engine'];
  readonly usage: ArchivedSource<UsageRecord, UsageFilter>;
  readonly events: ArchivedSource<AuditEvent, EventFilter>;
  /** Whether this instance may copy now, as `ArchiveStore.claim`. */
  claim: ArchiveStore['claim'];
  /** The end of the last sealed day, in milliseconds since the epoch; null: no day is sealed, or the folder is unknown. */
  sealedTo(source: Source): Promise<number | null>;
  close(): Promise<void>;
}

/** The copy of one vendor's log. */
export interface ArchivedSource<Row extends Position, Filter> extends ArchivedRows<Row, Filter> {
  /** Writes the rows of a span that was read whole, and notes it in the ledger. */
  commit(rows: readonly Row[], read: ReadSpan): Promise<void>;
  /** Reads the ledger again, because another instance may have written to it. */
  refresh(): Promise<void>;
  /**
   * Deletes the rows before a time, if there are an hour's or more.
   */
  forget(beforeMs: number): Promise<void>;
  /** What is to be read from the vendor now; disjoint, newest first. */
  findDue(range: Range): readonly Range[];
  /** The spans that were read whole, settled or not; disjoint, newest first. */
  readSpans(): readonly Range[];
  size: ArchiveTable<Row, Filter>['size'];
}

export interface ArchiveOptions {
  readonly rereads: Rereads;
  /** Changes rows before they are written; null or left out: they are kept as they are. */
  readonly redaction?: Redaction | null;
  /** Where days are sealed; null or left out: unknown. */
  readonly sealedFolder?: string | null;
  /** Receives why the archive could not answer. The vendor was asked instead. */
  readonly onFault: (error: unknown) => void;
}

/** Opens the archive's database. @throws ArchiveRefused */
export async function openArchive(location: ArchiveLocation, options: ArchiveOptions): Promise<Archive> {
  return createArchive(await openStoreOrLater(location, options.onFault), options);
}

/** The archive over an open database. @throws ArchiveRefused if its ledger can't be read; the database is closed then */
export async function createArchive(store: ArchiveStore, options: ArchiveOptions): Promise<Archive> {
  const [usage, events] = await Promise.all([
    openSource(store.usage, options, options.redaction?.usage),
    openSource(store.events, options, options.redaction?.event),
  ]).catch(async (error: unknown) => {
    await store.close();
    throw new ArchiveRefused(
      'The ledger of the archive, which says what it holds, can not be read: the database is damaged, or not there any more. Restore it from a copy, or name another place.',
      { cause: error },
    );
  });
  return {
    engine: store.engine,
    usage,
    events,
    claim: (nowMs, lengthMs) => store.claim(nowMs, lengthMs),
    // Loaded when it is asked for.
    sealedTo: async (source) =>
      options.sealedFolder == null
        ? null
        : (await import('./evidence/sealed-to.ts')).readSealedTo(options.sealedFolder, source),
    close: () => store.close(),
  };
}

/** The ledger is rewritten when it has so many entries more than it needs. */
const MOST_SPARE = 5_000;
/** Rows are deleted by the hour, because each deletion rewrites the ledger. */
const LEAST_FORGOTTEN_MS = 3_600_000;

async function openSource<Row extends Position, Filter>(
  table: ArchiveTable<Row, Filter>,
  { rereads, onFault }: ArchiveOptions,
  redact: ((row: Row) => Row) | undefined,
): Promise<ArchivedSource<Row, Filter>> {
  const written = await table.loadReads();
  let reads = joinSettled(foldReads(written), rereads.settleMs);
  // It only saves space, so it may fail, for example because the disk is full.
  let entries = written.length;
  let held: readonly HeldSpan[] | null = null;
  async function rewriteLedger(): Promise<void> {
    await table.replaceReads(reads);
    entries = reads.length;
  }
  if (reads.length < written.length) await rewriteLedger().catch(onFault);
  return {
    origin: 'ARCHIVE',
    lacksPersonalData: redact !== undefined,
    heldSpans(knownAtMs): readonly ArchivedSpan[] {
      if (knownAtMs !== null) return findHeld(reads, rereads.overlapMs, knownAtMs);
      return (held ??= findHeld(reads, rereads.overlapMs, null));
    },
    list: (question) => table.list(question),
    count: (range, filter, knownAtMs) => table.count(range, filter, knownAtMs),
    group: (question) => table.group(question),
    find: (ids) => table.find(ids),
    noteFault: onFault,
    async refresh() {
      reads = joinSettled(foldReads(await table.loadReads()), rereads.settleMs);
      held = null;
    },
    findDue(range) {
      const believed = dropFuture(reads, range.toMs);
      if (believed.length < reads.length) {
        reads = believed;
        held = null;
        void rewriteLedger().catch(onFault);
      }
      return findDue(reads, range, rereads);
    },
    async commit(rows, read) {
      await table.commit(redact ? rows.map(redact) : rows, read);
      // Only now, because the ledger must never claim more than the database holds.
      reads = joinSettled(addRead(reads, read), rereads.settleMs);
      held = null;
      entries += 1;
      if (entries > reads.length + MOST_SPARE) await rewriteLedger();
    },
    async forget(beforeMs) {
      const oldest = reads.at(-1);
      if (!oldest || oldest.fromMs > beforeMs - LEAST_FORGOTTEN_MS) return;
      // First, because the ledger must never claim more than the database holds.
      reads = cutReads(reads, beforeMs);
      held = null;
      await rewriteLedger();
      await table.forget(beforeMs);
    },
    readSpans: () => findHeld(reads, 0, null),
    size: () => table.size(),
  };
}
