import { keepDisjoint } from '../history.ts';
import type { RowVersion } from '../history.ts';
import type { ArchivedRow } from '../store.ts';
import { describeContent } from './columns.ts';
import type { Columns } from './columns.ts';
import { listIds } from './conditions.ts';
import type { Database } from './database.ts';
import { mergeSight, OPEN_MS, settleVersions } from './versions.ts';
import type { Sight, Version } from './versions.ts';

/** Writers that replace each other's rows so often do not end soon. The span is not noted as read, so it is read again. */
const MOST_ROUNDS = 5;

/** Writes rows beside other writers. */
export interface Merger<Row extends ArchivedRow> {
  /**
   * Writes what is new of these rows, and returns when each of them is there once.
   * @param seenMs when the vendor gave them
   */
  merge(rows: readonly Row[], seenMs: number): Promise<void>;
  /** As `ArchiveTable.writeVersions`. */
  add(versions: readonly RowVersion<Row>[]): Promise<void>;
}

/**
 * The merger of one source.
 *
 * `TABLE_places` knows at which times an id may have a version. It is written first, so that each version is found by its id,
 * even if its writer died in between.
 */
export function createMerger<Row extends ArchivedRow>(
  database: Database,
  columns: Columns<Row>,
): Merger<Row> {
  const { table, idType, types, encode } = columns;
  const names = Object.keys(types);
  const stored = ['id', 'at_ms', 'version', 'hash', 'first_seen_ms', 'since_ms', 'until_ms'];
  const selected = [...stored, ...names.map((name) => `"${name}"`)].join();

  // `global`, because both tables may be spread over several servers.
  const inPlaces = `(at_ms, id) global in (select at_ms, id from ${table}_places where id in ?)`;

  async function loadVersions(ids: readonly string[]): Promise<Map<string, Version[]>> {
    const versions = new Map<string, Version[]>();
    for (const list of listIds(idType, ids)) {
      const rows = await database.read(`select ${selected} from ${table} final where ${inPlaces}`, [list]);
      for (const row of rows) {
        const version = readVersion(row);
        const others = versions.get(version.id);
        if (others) others.push(version);
        else versions.set(version.id, [version]);
      }
    }
    return versions;
  }

  /** The rows that two writers left in two versions, or in none. */
  async function findUnsettled(ids: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const list of listIds(idType, ids)) {
      const rows = await database.read(
        `select id from ${table} final where ${inPlaces} group by id
          having countIf(until_ms = ${OPEN_MS}) != 1 or min(first_seen_ms) < minIf(first_seen_ms, until_ms = ${OPEN_MS})`,
        [list],
      );
      found.push(...rows.map(([id]) => String(id)));
    }
    return found;
  }

  function readVersion(row: readonly unknown[]): Version {
    const [id, at, version, hash, firstSeenMs, sinceMs, untilMs, ...values] = row;
    const atMs = Number(at);
    return {
      id: String(id),
      atMs,
      version: Number(version),
      hash: String(hash),
      firstSeenMs: Number(firstSeenMs),
      sinceMs: Number(sinceMs),
      untilMs: untilMs === OPEN_MS ? null : Number(untilMs),
      values,
      content: describeContent(columns, atMs, values),
    };
  }

  async function write(versions: readonly Version[], known: ReadonlyMap<string, readonly Version[]>) {
    const moved = versions.filter(({ id, atMs }) => !known.get(id)?.some((other) => other.atMs === atMs));
    await database.insert(
      `${table}_places`,
      ['id', 'at_ms'],
      moved.map(({ id, atMs }) => [id, atMs]),
    );
    const rows = versions.map((version) => [
      version.id,
      version.atMs,
      version.version,
      version.hash,
      version.firstSeenMs,
      version.sinceMs,
      version.untilMs ?? OPEN_MS,
      ...version.values,
    ]);
    await database.insert(table, [...stored, ...names], rows);
  }

  async function writeUntilSettled(
    versions: readonly Version[],
    before: ReadonlyMap<string, readonly Version[]>,
    settle: (versions: readonly Version[]) => readonly Version[],
  ): Promise<void> {
    let known = before;
    let changes = versions;
    for (let round = 0; changes.length > 0; round += 1) {
      if (round === MOST_ROUNDS) throw new Error('Other writers change the same rows of the archive.');
      await write(changes, known);
      // Another writer may have changed the same rows between the reading and the writing.
      known = await loadVersions(await findUnsettled([...new Set(changes.map(({ id }) => id))]));
      changes = [...known.values()].flatMap(settle);
    }
  }

  return {
    async merge(rows, seenMs) {
      const seen = new Map<string, Sight>();
      for (const row of rows) if (!seen.has(row.id)) seen.set(row.id, seeRow(row));
      const known = await loadVersions([...seen.keys()]);
      const changes = [...seen.values()].flatMap((sight) =>
        mergeSight(known.get(sight.id) ?? [], sight, seenMs),
      );
      await writeUntilSettled(changes, known, settleVersions);
    },
    async add(versions) {
      const known = await loadVersions([...new Set(versions.map(({ row }) => row.id))]);
      const next = new Map<string, number>();
      const added = keepDisjoint(versions, known).map(({ row, sinceMs, untilMs }) => {
        const { firstSeenMs, ...sight } = seeRow(row);
        const others = known.get(row.id) ?? [];
        const version =
          next.get(row.id) ?? others.reduce((most, other) => Math.max(most, other.version + 1), 0);
        next.set(row.id, version + 1);
        return { ...sight, version, hash: null, firstSeenMs: firstSeenMs ?? sinceMs, sinceMs, untilMs };
      });
      // The newest version of a row may lie at another time, and be written later.
      await writeUntilSettled(added, known, (all) =>
        all.some(({ untilMs }) => untilMs === null) ? settleVersions(all) : [],
      );
    },
  };

  function seeRow(row: Row): Sight {
    const values = encode(row);
    const { id, timestampMs: atMs, firstSeenMs = null } = row;
    return { id, atMs, firstSeenMs, values, content: describeContent(columns, atMs, values) };
  }
}
