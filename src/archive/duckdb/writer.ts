import type { ReadSpan } from '../ledger.ts';
import type { ArchivedRow } from '../store.ts';
import { wellFormed } from '../stored-values.ts';
import type { Columns } from './columns.ts';
import type { Statement } from './database.ts';

/** Makes the statements that write rows and the ledger. Each list is to be one transaction. */
export interface Writer<Row> {
  /** A list of rows as JSON. @param further more values of each row */
  encode(rows: readonly Row[], further?: readonly Further[]): string;
  /** SQL of the rows that `encode` has written, which takes them as its one `?`. @param further the types of the further values */
  read(further?: Readonly<Record<string, string>>): string;
  /** As `ArchiveTable.commit`. */
  commit(rows: readonly Row[], read: ReadSpan): readonly Statement[];
  /** As `ArchiveTable.replaceReads`. */
  replaceReads(reads: readonly ReadSpan[]): readonly Statement[];
}

type Further = Readonly<Record<string, unknown>>;

export function createWriter<Row extends ArchivedRow>(columns: Columns<Row>): Writer<Row> {
  const { table, idType, types } = columns;
  const names = Object.keys(types).map((name) => `"${name}"`);
  const compared = ['at_ms', ...names];
  const read: Writer<Row>['read'] = (further = {}) => {
    const shape = JSON.stringify({ id: idType, at_ms: 'BIGINT', ...types, seen_ms: 'BIGINT', ...further });
    // The list is split first, because `unnest` of a transformed list transforms all of it once for each column.
    return `select r.* from (select json_transform(one, '${shape}') as r from (select unnest(from_json(?, '["JSON"]')) as one))`;
  };
  const encode: Writer<Row>['encode'] = (rows, further = []) =>
    JSON.stringify(
      rows.map((row, at) => ({
        ...further[at],
        id: row.id,
        at_ms: row.timestampMs,
        ...mapValues(columns.encode(row), wellFormed),
        seen_ms: row.firstSeenMs,
      })),
    );
  return {
    encode,
    read,
    commit(rows, span) {
      const note = noteRead(table, span);
      if (rows.length === 0) return [note];
      const seenMs = span.lastReadMs;
      const json = encode(firstOfEachId(rows));
      const differs = `(${compared.map((name) => `k.${name}`).join(', ')}) is distinct from (${compared.map((name) => `s.${name}`).join(', ')})`;
      return [
        {
          sql: `create or replace temp table staged as ${read()}`,
          values: [json],
        },
        {
          // Only the ids of the whole table are read, and then the rows that were found.
          sql: `create or replace temp table known as select rowid as place, id from ${table}
            where until_ms is null and id in (select id from staged)`,
        },
        {
          // Whether a row is new, or differs from its newest version, is found out once, because the update changes the answer.
          sql: `create or replace temp table changed as
            select s.*, k.place as known_place, k.first_seen_ms as known_first_ms, k.since_ms as known_since_ms
            from staged s left join (
              select known.place, t.* from known join ${table} t on t.rowid = known.place
            ) k on k.id = s.id
            where k.id is null or (${differs} and k.since_ms <= ?)`,
          // Of two syncers, one may write what it read earlier after the other. What was read last counts.
          values: [seenMs],
        },
        {
          sql: `update ${table} set until_ms = greatest(?, since_ms) where rowid in (select known_place from changed where known_place is not null)`,
          values: [seenMs],
        },
        {
          sql: `insert into ${table} (id, at_ms, ${names.join(', ')}, first_seen_ms, since_ms, until_ms)
            select id, at_ms, ${names.join(', ')}, coalesce(known_first_ms, seen_ms, ?), case when known_place is null then coalesce(seen_ms, ?) else greatest(?, known_since_ms) end, null from changed order by at_ms, id`,
          values: [seenMs, seenMs, seenMs],
        },
        note,
      ];
    },
    replaceReads: (reads) => [
      { sql: 'delete from ledger where source = ?', values: [table] },
      ...reads.map((span) => noteRead(table, span)),
    ],
  };
}

function firstOfEachId<Row extends ArchivedRow>(rows: readonly Row[]): readonly Row[] {
  const byId = new Map<string, Row>();
  for (const row of rows) if (!byId.has(row.id)) byId.set(row.id, row);
  return byId.size === rows.length ? rows : [...byId.values()];
}

function noteRead(table: string, { fromMs, toMs, firstReadMs, lastReadMs, dropped }: ReadSpan): Statement {
  return {
    sql: 'insert into ledger values (?, ?, ?, ?, ?, ?)',
    values: [table, fromMs, toMs, firstReadMs, lastReadMs, dropped],
  };
}

function mapValues(
  fields: Readonly<Record<string, unknown>>,
  map: (value: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]));
}
