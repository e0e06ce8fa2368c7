import type { Range } from '../base/time.ts';
import type { AuditEvent } from '../sources/events/event.ts';
import type { EventFilter } from '../sources/events/filter.ts';
import type { ArchiveFigures, ArchiveGrouping, ArchiveQuestion } from '../sources/paging/archived-rows.ts';
import type { Position } from '../sources/paging/position.ts';
import type { Groups } from '../sources/shared/groups.ts';
import type { UsageFilter } from '../sources/usage/filter.ts';
import type { UsageRecord } from '../sources/usage/record.ts';
import type { Erasable, Erased, Erasure } from './erasure.ts';
import type { HistoryQuestion, RowVersion } from './history.ts';
import type { Lateness } from './lateness.ts';
import type { ReadSpan } from './ledger.ts';

/** The database of the archive. Each engine has an adapter; test/archive/store.test.ts holds the laws of both. */
export interface ArchiveStore {
  readonly engine: 'duckdb' | 'clickhouse';
  readonly usage: ArchiveTable<UsageRecord, UsageFilter>;
  readonly events: ArchiveTable<AuditEvent, EventFilter>;
  /**
   * Claims the right to copy, or renews the claim. Of the instances that share the archive one has it, until its claim ends without
   * being renewed. In the moment of a change two may have it, which is harmless: rows are merged.
   * @returns whether this instance has the right
   */
  claim(nowMs: number, lengthMs: number): Promise<boolean>;
  /** The records of persons whose rows were deleted, in no order. */
  loadErasures(): Promise<readonly Erasure[]>;
  noteErasure(erasure: Erasure): Promise<void>;
  /** Waits for running statements and releases the database. */
  close(): Promise<void>;
}

/** A row of either source. */
export interface ArchivedRow extends Position {
  /** When the archive first saw it. A row from the vendor has none. */
  readonly firstSeenMs?: number;
}

/** The rows of one source, each version of them, and the ledger of what was read. */
export interface ArchiveTable<Row extends ArchivedRow, Filter> {
  /** The ledger as it was written: spans may overlap. */
  loadReads(): Promise<readonly ReadSpan[]>;
  /**
   * Writes the rows of a span and notes it in the ledger, both or neither. A row whose id is known is merged: if it is equal, nothing
   * is written; if it differs, a new version replaces the old one, which is kept. A row that the vendor no longer gives is kept.
   * @param rows each row that was read of the span; of two with one id, the first counts. A new row that has `firstSeenMs`,
   *   such as one of a sealed day, keeps it; each other one was first seen when it was read
   */
  commit(rows: readonly Row[], read: ReadSpan): Promise<void>;
  /** Replaces the ledger by one that says the same in fewer entries. */
  replaceReads(reads: readonly ReadSpan[]): Promise<void>;
  /** The rows that match, each with `firstSeenMs`. It sees either all or nothing of a `commit`. */
  list(question: ArchiveQuestion<Filter>): Promise<readonly Row[]>;
  /** How many rows match; null: this filter can only be counted row by row. */
  count(range: Range, filter: Filter, knownAtMs: number | null): Promise<number | null>;
  /** Groups of the rows that match, and of further rows; null: this filter can only be tested row by row. */
  group(question: ArchiveGrouping<Row, Filter>): Promise<Groups<ArchiveFigures> | null>;
  /**
   * Each version of the rows that changed after they were first seen, also the newest one. A version lies at the time that the row had
   * in it. Versions that were never known, because two were read at one moment, are left out.
   */
  listVersions(question: HistoryQuestion): Promise<readonly RowVersion<Row>[]>;
  /**
   * Writes versions as they are, such as those of another archive. A version is left out if the row has another one that was known at the
   * same moment, so that writing them again changes nothing, and no row that is known is replaced.
   */
  writeVersions(versions: readonly RowVersion<Row>[]): Promise<void>;
  /**
   * How late the rows of some spans came.
   * @param spans disjoint, oldest first, as `measuredSpans` gives them
   * @param settleMs how long after its time an instant is read for the last time
   */
  measureLateness(spans: readonly ReadSpan[], settleMs: number): Promise<Lateness>;
  /** Rows by their ids, in no order. */
  find(ids: readonly string[]): Promise<readonly Row[]>;
  /** Deletes each version of the rows before a time. The ledger must claim nothing of that time any more. */
  forget(beforeMs: number): Promise<void>;
  /** Deletes each version of the rows of which one version or more names this person. Nothing if rows of this source can't name one so. */
  erase(by: Erasable, value: string): Promise<Erased>;
  /** Rewrites the table in the order of time, so that it takes less space and is read quicker. Readers go on meanwhile. */
  compact(): Promise<void>;
  /** How many rows it holds, versions aside, and their bytes on disk; null: the engine does not say. */
  size(): Promise<{ readonly rows: number; readonly bytes: number | null }>;
}

/** The archive can't be opened. The message says why, and what to do. */
export class ArchiveRefused extends Error {
  override readonly name = 'ArchiveRefused';
}
