import { keepDisjoint } from '../../src/archive/history.ts';
import type { RowVersion } from '../../src/archive/history.ts';
import type { ReadSpan } from '../../src/archive/ledger.ts';
import type { ArchiveStore, ArchiveTable } from '../../src/archive/store.ts';
import type { AuditEvent } from '../../src/sources/events/event.ts';
import { createEventTest } from '../../src/sources/events/filter.ts';
import { comparePositions } from '../../src/sources/paging/position.ts';
import type { Position } from '../../src/sources/paging/position.ts';
import { createUsageTest } from '../../src/sources/usage/filter.ts';
import type { UsageRecord } from '../../src/sources/usage/record.ts';

/** What stays when a process dies. */
export interface MemoryDisk {
  readonly usage: Shelf<UsageRecord>;
  readonly events: Shelf<AuditEvent>;
}

interface Shelf<Row> {
  /** The versions of each row, oldest first. */
  readonly versions: Map<
    string,
    { readonly row: Row; readonly sinceMs: number; readonly untilMs?: number | null }[]
  >;
  reads: readonly ReadSpan[];
}

export function createMemoryDisk(): MemoryDisk {
  return {
    usage: { versions: new Map(), reads: [] },
    events: { versions: new Map(), reads: [] },
  };
}

/** An archive's database in this process, as plain as its laws allow. */
export function openMemoryArchive(disk: MemoryDisk): ArchiveStore {
  return {
    engine: 'duckdb',
    usage: createMemoryTable(disk.usage, createUsageTest),
    events: createMemoryTable(disk.events, createEventTest),
    claim: async () => true,
    loadErasures: async () => [],
    async noteErasure() {
      throw new Error('Erasures are tested with the engines.');
    },
    close: async () => {},
  };
}

type Seen = Position & { readonly firstSeenMs?: number };

function createMemoryTable<Row extends Seen, Filter>(
  shelf: Shelf<Row>,
  createTest: (filter: Filter) => (row: Row) => boolean,
): ArchiveTable<Row, Filter> {
  const { versions } = shelf;
  const knownVersions = (id: string): RowVersion<Row>[] =>
    (versions.get(id) ?? []).map(({ row, sinceMs, untilMs }, at, all) => ({
      row,
      sinceMs,
      untilMs: untilMs ?? all[at + 1]?.sinceMs ?? null,
    }));
  const versionAt = (id: string, knownAtMs: number | null): Row | undefined =>
    knownVersions(id).findLast(({ sinceMs, untilMs }) =>
      knownAtMs === null ? untilMs === null : sinceMs <= knownAtMs && (untilMs ?? Infinity) > knownAtMs,
    )?.row;
  const all = (knownAtMs: number | null): Row[] =>
    [...versions.keys()].flatMap((id) => versionAt(id, knownAtMs) ?? []);
  const table: ArchiveTable<Row, Filter> = {
    loadReads: async () => shelf.reads,
    async commit(rows, read) {
      const ids = new Set<string>();
      for (const row of rows) {
        if (ids.has(row.id)) continue;
        ids.add(row.id);
        const known = versions.get(row.id) ?? [];
        const newest = known.at(-1);
        const firstSeenMs = known[0]?.row.firstSeenMs ?? row.firstSeenMs ?? read.lastReadMs;
        const stored = { ...row, firstSeenMs };
        if (newest && (newest.sinceMs > read.lastReadMs || isSame(newest.row, stored))) continue;
        versions.set(row.id, [...known, { row: stored, sinceMs: newest ? read.lastReadMs : firstSeenMs }]);
      }
      shelf.reads = [...shelf.reads, read];
    },
    async erase() {
      throw new Error('Erasures are tested with the engines.');
    },
    async replaceReads(reads) {
      shelf.reads = reads;
    },
    async list({ range, filter, direction, after, limit, knownAtMs }) {
      const isMatch = createTest(filter);
      const compare =
        direction === 'DESC' ? comparePositions : (a: Row, b: Position) => comparePositions(b, a);
      return all(knownAtMs)
        .filter((row) => row.timestampMs >= range.fromMs && row.timestampMs < range.toMs && isMatch(row))
        .filter((row) => after === null || compare(row, after) > 0)
        .sort(compare)
        .slice(0, limit ?? Infinity);
    },
    async count(range, filter, knownAtMs) {
      const question = { range, filter, direction: 'DESC', after: null, limit: null, knownAtMs } as const;
      return (await table.list(question)).length;
    },
    find: async (ids) => ids.flatMap((id) => versionAt(id, null) ?? []),
    async listVersions({ fromMs, toMs, after }) {
      return [...versions.keys()]
        .flatMap(knownVersions)
        .filter(({ row: { timestampMs } }) => timestampMs >= fromMs && timestampMs < toMs)
        .filter(({ row, sinceMs, untilMs }) => untilMs !== null || sinceMs > (row.firstSeenMs ?? sinceMs))
        .filter(({ sinceMs, untilMs }) => untilMs === null || untilMs > sinceMs)
        .filter(({ row }) => after === null || comparePositions(row, after) > 0)
        .sort((a, b) => comparePositions(a.row, b.row));
    },
    async writeVersions(written) {
      const known = new Map([...versions.keys()].map((id) => [id, knownVersions(id)]));
      for (const version of keepDisjoint(written, known))
        versions.set(
          version.row.id,
          [...(versions.get(version.row.id) ?? []), version].sort((a, b) => a.sinceMs - b.sinceMs),
        );
    },
    group: async () => null,
    async measureLateness() {
      throw new Error('Lateness is tested with the engines.');
    },
    async forget(beforeMs) {
      for (const [id, known] of versions) {
        const kept = known.filter(({ row }) => row.timestampMs >= beforeMs);
        if (kept.length > 0) versions.set(id, kept);
        else versions.delete(id);
      }
    },
    compact: async () => {},
    size: async () => ({ rows: versions.size, bytes: null }),
  };
  return table;
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
