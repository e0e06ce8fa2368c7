import type { JS } from '@duckdb/node-api';
import { DAY_MS, MINUTE_MS } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import type { ArchiveQuestion } from '../../sources/paging/archived-rows.ts';
import { createAddressTest } from '../../sources/shared/addresses.ts';
import { daysOf, erasedColumn } from '../erasure.ts';
import type { Erasable } from '../erasure.ts';
import type { ArchivedRow, ArchiveTable } from '../store.ts';
import type { Columns } from './columns.ts';
import { anyOf, conjoin, exact, isInBlock, isOneOf } from './conditions.ts';
import type { Condition, FilterConditions } from './conditions.ts';
import type { Database } from './database.ts';
import { queryGroups } from './groups.ts';
import { listVersions, writeVersions } from './history.ts';
import { measureLateness } from './lateness.ts';
import { createWriter } from './writer.ts';

/** How the filters of one source are tested. */
export interface Filtering<Row, Filter> {
  readonly conditionsOf: (filter: Filter) => FilterConditions;
  readonly createTest: (filter: Filter) => (row: Row) => boolean;
  /** SQL of the text that holds a row's addresses, and how the addresses in it are read. */
  readonly addressSql: string;
  readonly readAddresses: (text: string | null) => Parameters<ReturnType<typeof createAddressTest>>[0];
}

/** A window of the first query holds about this many times the rows that are wanted. */
const SPARE = 4;

/** The rows of one source in DuckDB. The table must exist. */
export function createTable<Row extends ArchivedRow, Filter>(
  database: Database,
  columns: Columns<Row>,
  { conditionsOf, createTest, addressSql, readAddresses }: Filtering<Row, Filter>,
): ArchiveTable<Row, Filter> {
  const { table, idType, types } = columns;
  const names = Object.keys(types).map((name) => `"${name}"`);
  const selected = ['id', 'at_ms', 'first_seen_ms', ...columns.selected.map((name) => `"${name}"`)].join(
    ', ',
  );
  const writer = createWriter(columns);

  const known = (knownAtMs: number | null): Condition =>
    knownAtMs === null
      ? exact('until_ms is null', [])
      : exact('since_ms <= ? and (until_ms is null or until_ms > ?)', [knownAtMs, knownAtMs]);
  const inside = ({ fromMs, toMs }: Range): Condition => exact('at_ms >= ? and at_ms < ?', [fromMs, toMs]);
  const ahead = ({ direction, after }: ArchiveQuestion<Filter>): Condition[] => {
    if (!after) return [];
    const sign = direction === 'DESC' ? '<' : '>';
    // A position of the other source has no id here. `startOfReading` has cut the range, so that all of it lies ahead.
    if (after.source !== (table === 'usage' ? 'USAGE' : 'EVENTS')) return [];
    if (after.id === '')
      return direction === 'DESC'
        ? [exact('at_ms < ?', [after.timestampMs])]
        : [exact('at_ms >= ?', [after.timestampMs])];
    const id = idType === 'BIGINT' ? BigInt(after.id) : after.id;
    const { timestampMs } = after;
    return [exact(`(at_ms ${sign} ? or (at_ms = ? and id ${sign} ?))`, [timestampMs, timestampMs, id])];
  };

  /** The condition of a filter in a range. Whether a list of addresses matches is tested here, for each list in the range. */
  async function conditionIn(
    ranges: readonly Range[],
    filter: Filter,
    others: readonly Condition[],
  ): Promise<Condition> {
    const { conditions, addressBlock } = conditionsOf(filter);
    const all = [anyOf(ranges.map(inside)), ...others, ...conditions];
    return addressBlock === null ? conjoin(all) : conjoin([...all, await onAddress(addressBlock, all)]);
  }

  /** The rows that name an address or one of a block. Lists are looked at among the rows of the other conditions. */
  async function onAddress(block: string, others: readonly Condition[]): Promise<Condition> {
    const { sql, values } = conjoin([
      ...others,
      exact(`"addressHigh" is null and ${addressSql} is not null`, []),
    ]);
    const texts = await database.read(`select distinct ${addressSql} from ${table} where ${sql}`, values);
    const isMatch = createAddressTest(block);
    const matching = texts
      .map(([text]) => (typeof text === 'string' ? text : null))
      .filter((text) => text !== null && isMatch(readAddresses(text)));
    const alone = isInBlock(block);
    if (matching.length === 0) return alone;
    const listed = conjoin([exact('"addressHigh" is null', []), isOneOf(addressSql, matching)]);
    return anyOf([alone, listed]);
  }

  /** The versions that name a person; null: rows of this source can't name one so. */
  async function namingOf(by: Erasable, value: string): Promise<Condition | null> {
    if (by === 'address') return onAddress(value, []);
    const column = erasedColumn(table, by);
    return column === null ? null : exact(`"${column}" = ?`, [value]);
  }

  let gap: Promise<number> | null = null;
  /** The average time between two rows, in milliseconds. It is asked for again after each commit. */
  function averageGap(): Promise<number> {
    gap ??= database
      .read(`select coalesce((max(at_ms) - min(at_ms)) / count(*), 0)::DOUBLE from ${table}`)
      .then(([row]) => Number(row?.[0]))
      .catch((error: unknown) => {
        gap = null;
        throw error;
      });
    return gap;
  }

  async function listWindow(
    window: Range,
    question: ArchiveQuestion<Filter>,
    limit: number | null,
  ): Promise<Row[]> {
    const { direction, filter, knownAtMs } = question;
    const { sql, values, isExact } = await conditionIn([window], filter, [
      known(knownAtMs),
      ...ahead(question),
    ]);
    const isMatch = createTest(filter);
    const rows: Row[] = [];
    const size = limit === null || isExact ? limit : Math.max(limit, LEAST_CHUNK);
    // Each chunk begins after the last row of the one before. An offset would lose or double rows that a commit moves meanwhile.
    let beyond: Condition = conjoin([]);
    for (;;) {
      const read = await database.read(
        `select ${selected} from ${table} where (${sql}) and (${beyond.sql}) order by at_ms ${direction}, id ${direction}${size === null ? '' : ` limit ${size}`}`,
        [...values, ...beyond.values],
      );
      for (const [at, row] of read.entries()) {
        const decoded = columns.decode(row);
        if (isMatch(decoded)) rows.push(decoded);
        if (at === read.length - 1) beyond = conjoin(ahead({ ...question, after: decoded }));
      }
      if (size === null || read.length < size || rows.length >= (limit ?? 0))
        return limit === null ? rows : rows.slice(0, limit);
    }
  }

  return {
    async loadReads() {
      const rows = await database.read(
        `select from_ms, to_ms, first_read_ms, last_read_ms, dropped from ledger where source = ?`,
        [table],
      );
      return rows.map(([fromMs, toMs, firstReadMs, lastReadMs, dropped]) => ({
        fromMs: Number(fromMs),
        toMs: Number(toMs),
        firstReadMs: Number(firstReadMs),
        lastReadMs: Number(lastReadMs),
        dropped: Number(dropped),
      }));
    },
    async commit(rows, read) {
      gap = null;
      await database.write(writer.commit(rows, read));
    },
    async replaceReads(reads) {
      await database.write(writer.replaceReads(reads));
    },
    async list(question) {
      const { range, direction, limit } = question;
      if (limit === null) return listWindow(range, question, null);
      const isDesc = direction === 'DESC';
      // A query of the whole range looks at each group of rows, but most pages lie in its nearest part.
      const lengthMs = Math.max((await averageGap()) * limit * SPARE, MINUTE_MS);
      const edgeMs = isDesc
        ? Math.max(range.fromMs, Math.floor(range.toMs - lengthMs))
        : Math.min(range.toMs, Math.ceil(range.fromMs + lengthMs));
      const [near, far] = isDesc
        ? [
            { ...range, fromMs: edgeMs },
            { ...range, toMs: edgeMs },
          ]
        : [
            { ...range, toMs: edgeMs },
            { ...range, fromMs: edgeMs },
          ];
      const rows = await listWindow(near, question, limit);
      if (rows.length >= limit || far.fromMs >= far.toMs) return rows;
      return [...rows, ...(await listWindow(far, question, limit - rows.length))];
    },
    async count(range, filter, knownAtMs) {
      const { sql, values, isExact } = await conditionIn([range], filter, [known(knownAtMs)]);
      if (!isExact) return null;
      const [row] = await database.read(`select count(*) from ${table} where ${sql}`, values);
      return Number(row?.[0]);
    },
    async group({ ranges, filter, knownAtMs, extra, by, edges, top, wanted }) {
      const condition = await conditionIn(ranges, filter, [known(knownAtMs)]);
      if (!condition.isExact) return null;
      return queryGroups(database, {
        table,
        columns: ['at_ms', ...names].join(', '),
        condition,
        extra: extra.length > 0 ? { json: writer.encode(extra), sql: writer.read() } : null,
        by: by.map((dimension) => columns.dimensions[dimension]!),
        edges,
        top,
        wanted,
        figures: columns.figures,
      });
    },
    measureLateness: (spans, settleMs) => measureLateness(database, columns, spans, settleMs),
    listVersions: (question) => listVersions(database, columns, question),
    async writeVersions(versions) {
      gap = null;
      await writeVersions(database, columns, writer, versions);
    },
    async find(ids) {
      if (ids.length === 0) return [];
      const { sql, values } = isOneOf('id', idType === 'BIGINT' ? ids.map(BigInt) : ids);
      const rows = await database.read(
        `select ${selected} from ${table} where until_ms is null and ${sql}`,
        values,
      );
      return rows.map((row) => columns.decode(row));
    },
    async forget(beforeMs) {
      await database.write([{ sql: `delete from ${table} where at_ms < ?`, values: [beforeMs] }]);
    },
    async erase(by, value) {
      const naming = await namingOf(by, value);
      if (naming === null) return { rows: 0, days: [] };
      const { values } = naming;
      const named = `id in (select id from ${table} where ${naming.sql})`;
      const rows = await database.read(`select count(distinct id) from ${table} where ${named}`, values);
      const days = await database.read(
        `select distinct (at_ms // ${DAY_MS})::BIGINT from ${table} where ${named}`,
        values,
      );
      gap = null;
      await database.write([{ sql: `delete from ${table} where ${named}`, values }]);
      return { rows: Number(rows[0]?.[0]), days: daysOf(days.map(([day]) => Number(day))) };
    },
    async compact() {
      await database.write([
        { sql: `create table compacted as select * from ${table} order by at_ms, id` },
        { sql: `drop table ${table}` },
        { sql: `alter table compacted rename to ${table}` },
      ]);
      await database.checkpoint();
    },
    async size() {
      const [rows] = await database.read(`select count(*) from ${table} where until_ms is null`);
      return { rows: Number(rows?.[0]), bytes: await sizeOf(database) };
    },
  };
}

/** If matches are picked out here, at least so many rows are read at once. */
const LEAST_CHUNK = 2_000;

async function sizeOf(database: Database): Promise<number | null> {
  const [row] = await database.read(
    "select sum(block_size * total_blocks)::BIGINT from pragma_database_size() where database_name not in ('temp', 'system')",
  );
  const bytes: JS | undefined = row?.[0];
  return typeof bytes === 'bigint' ? Number(bytes) : null;
}
