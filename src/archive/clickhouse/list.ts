import type { Range } from '../../base/time.ts';
import type { ArchiveQuestion } from '../../sources/paging/archived-rows.ts';
import type { ArchivedRow, ArchiveTable } from '../store.ts';
import type { Columns } from './columns.ts';
import { conjoin, exact, integer } from './conditions.ts';
import type { Condition, SqlValue } from './conditions.ts';
import type { Database } from './database.ts';
import { OPEN_MS } from './versions.ts';

/** How the filters of one source are tested. */
export interface Filtering<Row, Filter> {
  readonly conditionOf: (filter: Filter) => Condition;
  readonly createTest: (filter: Filter) => (row: Row) => boolean;
}

/** A span of time holds so many more records than rows are wanted, because some are of old versions. */
const SPARE_RECORDS = 16;
/** If a span held too few matches, the next one holds so many times the records. */
const STEP = 4;
/** So many times of rows fit into one value of a statement. Servers take 128 KiB. */
const MOST_TIMES = 6_000;
/** The condition of a filter without conditions. */
const ALL_ROWS = conjoin([]).sql;

/** The versions of rows that were known then; null: the newest. */
export const known = (knownAtMs: number | null): Condition =>
  knownAtMs === null
    ? exact(`until_ms = ${OPEN_MS}`, [])
    : exact('since_ms <= ? and until_ms > ?', [integer(knownAtMs), integer(knownAtMs)]);

/** The rows of a range. */
export const inside = ({ fromMs, toMs }: Range): Condition =>
  exact('at_ms >= ? and at_ms < ?', [integer(fromMs), integer(toMs)]);

/** As `ArchiveTable.list`. */
export function createList<Row extends ArchivedRow, Filter>(
  database: Pick<Database, 'read'>,
  { table, idType, types, decode }: Columns<Row>,
  { conditionOf, createTest }: Filtering<Row, Filter>,
): ArchiveTable<Row, Filter>['list'] {
  const selected = ['id', 'at_ms', 'first_seen_ms', ...Object.keys(types).map((name) => `"${name}"`)].join();
  const ahead = ({ direction, after }: ArchiveQuestion<Filter>): Condition[] => {
    // A position of the other source has no id here. `startOfReading` has cut the range, so that all of it lies ahead.
    if (after?.source !== (table === 'usage' ? 'USAGE' : 'EVENTS')) return [];
    const sign = direction === 'DESC' ? '<' : '>';
    const atMs = integer(after.timestampMs);
    if (after.id === '') return [exact(direction === 'DESC' ? 'at_ms < ?' : 'at_ms >= ?', [atMs])];
    const id: SqlValue = { type: idType, value: after.id };
    return [exact(`at_ms ${sign} ? or (at_ms = ? and id ${sign} ?)`, [atMs, atMs, id])];
  };

  /**
   * The times of the first records that match, in the direction of reading. Records are read as they lie, unmerged, which ends early in
   * both directions; `final` in the descending one reads the whole range.
   */
  async function readTimes(
    direction: 'ASC' | 'DESC',
    { sql, values }: Condition,
    records: number,
  ): Promise<readonly number[]> {
    const rows = await database.read(
      `select at_ms from ${table} where ${sql} order by at_ms ${direction} limit ?`,
      [...values, { type: 'UInt64', value: records }],
    );
    return rows.map(([atMs]) => Number(atMs));
  }

  /** The rows come from one statement, which sees either all or nothing of a block. */
  async function readRows(
    range: Range,
    question: ArchiveQuestion<Filter>,
    condition: Condition,
  ): Promise<readonly Row[]> {
    const { direction, filter, limit, knownAtMs } = question;
    const { sql, values, isExact } = conjoin([inside(range), known(knownAtMs), condition]);
    const isCut = limit !== null && isExact;
    const read = await database.read(
      `select ${selected} from ${table} final where ${sql} order by at_ms ${direction}, id ${direction}${isCut ? ' limit ?' : ''}`,
      isCut ? [...values, { type: 'UInt64', value: limit }] : values,
    );
    const isMatch = createTest(filter);
    const rows = read.map((row) => decode(row)).filter(isMatch);
    return limit === null ? rows : rows.slice(0, limit);
  }

  return list;

  async function list(question: ArchiveQuestion<Filter>): Promise<readonly Row[]> {
    const { range, direction, filter, limit } = question;
    const filtering = conditionOf(filter);
    const condition = conjoin([...ahead(question), filtering]);
    if (limit === null) return readRows(range, question, condition);
    const counted = conjoin([inside(range), condition]);
    for (let records = limit + SPARE_RECORDS; ; records *= STEP) {
      const times = await readTimes(direction, counted, records);
      const edgeMs = times.length < records ? undefined : times.at(-1);
      const part = edgeMs === undefined ? range : cutRange(range, direction, edgeMs);
      const isSparse = filtering.sql !== ALL_ROWS && times.length <= MOST_TIMES;
      let rows = await readRows(
        part,
        question,
        isSparse ? conjoin([condition, isAtOneOf(times)]) : condition,
      );
      if (isSparse) {
        // A commit in between may have written rows of other times. Each commit is seen whole or not at all.
        const again = await readTimes(direction, counted, records);
        if (again.join() !== times.join()) rows = await readRows(part, question, condition);
      }
      if (edgeMs === undefined || rows.length >= limit) return rows;
    }
  }
}

/** A range from its beginning in the direction of reading to this time, included. */
function cutRange(range: Range, direction: 'ASC' | 'DESC', edgeMs: number): Range {
  return direction === 'DESC' ? { ...range, fromMs: edgeMs } : { ...range, toMs: edgeMs + 1 };
}

/** With `final` the database reads only the granules of these times, and not the whole range. */
function isAtOneOf(times: readonly number[]): Condition {
  if (times.length === 0) return exact('false', []);
  return exact('at_ms in ?', [{ type: 'Array(Int64)', value: [...new Set(times)].map(BigInt) }]);
}
