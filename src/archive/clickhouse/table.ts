import { DAY_MS } from '../../base/time.ts';
import { daysOf, erasedColumn } from '../erasure.ts';
import type { Erasable } from '../erasure.ts';
import type { ArchivedRow, ArchiveTable } from '../store.ts';
import type { Columns } from './columns.ts';
import { conjoin, exact, integer, listIds, onAddress, text, texts } from './conditions.ts';
import type { Condition } from './conditions.ts';
import type { Database } from './database.ts';
import { queryGroups } from './groups.ts';
import { listVersions } from './history.ts';
import { measureLateness } from './lateness.ts';
import { createLedger } from './ledger.ts';
import { createList, inside, known } from './list.ts';
import type { Filtering } from './list.ts';
import { createMerger } from './merger.ts';
import { OPEN_MS } from './versions.ts';

/** The rows of one source in ClickHouse. The tables must exist. */
export function createTable<Row extends ArchivedRow, Filter>(
  database: Database,
  columns: Columns<Row>,
  { conditionOf, createTest }: Filtering<Row, Filter>,
): ArchiveTable<Row, Filter> {
  const { table, idType, types } = columns;
  const selected = ['id', 'at_ms', 'first_seen_ms', ...Object.keys(types).map((name) => `"${name}"`)].join();
  const ledger = createLedger(database, table);
  const merger = createMerger(database, columns);

  let lastWrite: Promise<unknown> = Promise.resolve();
  async function writeNext(work: () => Promise<void>): Promise<void> {
    const write = lastWrite.then(work);
    lastWrite = write.catch(() => {});
    await write;
  }

  /** The versions that name a person; null: rows of this source can't name one so. */
  function naming(by: Erasable, value: string): Condition | null {
    if (by === 'address') return onAddress(value);
    const column = erasedColumn(table, by);
    return column === null ? null : exact(`"${column}" = ?`, [text(value)]);
  }

  return {
    loadReads: ledger.loadReads,
    commit: async (rows, read) =>
      writeNext(async () => {
        await merger.merge(rows, read.lastReadMs);
        // There are no transactions. The ledger claims nothing that was not written before.
        await ledger.append([read]);
      }),
    replaceReads: async (reads) => writeNext(async () => ledger.replaceReads(reads)),
    list: createList(database, columns, { conditionOf, createTest }),
    async count(range, filter, knownAtMs) {
      const { sql, values, isExact } = conjoin([inside(range), known(knownAtMs), conditionOf(filter)]);
      if (!isExact) return null;
      const [row] = await database.read(`select count() from ${table} final where ${sql}`, values);
      return Number(row?.[0]);
    },
    async group({ ranges, filter, knownAtMs, extra, by, edges, top, wanted }) {
      const inRanges = exact(
        ranges.map(() => '(at_ms >= ? and at_ms < ?)').join(' or ') || 'false',
        ranges.flatMap(({ fromMs, toMs }) => [integer(fromMs), integer(toMs)]),
      );
      const condition = conjoin([inRanges, known(knownAtMs), conditionOf(filter)]);
      if (!condition.isExact) return null;
      const dimensions = by.map((dimension) => columns.dimensions[dimension]!);
      const { figures } = columns;
      return queryGroups(database, { table, condition, extra, by: dimensions, edges, top, wanted, figures });
    },
    measureLateness: async (spans, settleMs) => measureLateness(database, columns, spans, settleMs),
    listVersions: async (question) => listVersions(database, columns, question),
    writeVersions: async (versions) => writeNext(async () => merger.add(versions)),
    forget: async (beforeMs) =>
      writeNext(async () => {
        for (const name of [table, `${table}_places`])
          await database.run(`delete from ${name} where at_ms < ?`, [integer(beforeMs)]);
      }),
    async erase(by, value) {
      const named = naming(by, value);
      if (named === null) return { rows: 0, days: [] };
      const found = await database.read(
        `select distinct toString(id) from ${table} where ${named.sql}`,
        named.values,
      );
      const ids = found.map(([id]) => String(id));
      const days = new Set<number>();
      await writeNext(async () => {
        for (const list of listIds(idType, ids)) {
          const read = await database.read(
            `select distinct intDiv(at_ms, ${DAY_MS}) from ${table} where id in ?`,
            [list],
          );
          for (const [day] of read) days.add(Number(day));
          for (const name of [table, `${table}_places`])
            await database.run(`delete from ${name} where id in ?`, [list]);
        }
      });
      return { rows: ids.length, days: daysOf([...days]) };
    },
    async compact() {
      await writeNext(async () => database.run(`optimize table ${table} final`));
    },
    async find(ids) {
      const found: Row[] = [];
      for (const list of listIds(idType, ids)) {
        const rows = await database.read(
          `select ${selected} from ${table} final where until_ms = ${OPEN_MS}
            and (at_ms, id) global in (select at_ms, id from ${table}_places where id in ?)`,
          [list],
        );
        found.push(...rows.map((row) => columns.decode(row)));
      }
      return found;
    },
    async size() {
      const [rows] = await database.read(`select count() from ${table} final where until_ms = ${OPEN_MS}`);
      // A Distributed table has no parts here.
      const [bytes] = await database.read(
        'select sumOrNull(bytes_on_disk) from system.parts where active and database = currentDatabase() and table in ?',
        [texts([table, `${table}_places`])],
      );
      return { rows: Number(rows?.[0]), bytes: bytes?.[0] == null ? null : Number(bytes[0]) };
    },
  };
}
