import { keepDisjoint } from '../history.ts';
import type { HistoryQuestion, RowVersion } from '../history.ts';
import type { ArchivedRow } from '../store.ts';
import type { Columns } from './columns.ts';
import type { SqlValue } from './conditions.ts';
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

/** The greatest int64, as the end of the newest version. */
const OPEN = '9223372036854775807::BIGINT';

/** As `ArchiveTable.listVersions`. */
export async function listVersions<Row extends ArchivedRow>(
  database: Database,
  { table, idType, selected, decode }: Columns<Row>,
  { fromMs, toMs, after, limit }: HistoryQuestion,
): Promise<readonly RowVersion<Row>[]> {
  const names = ['id', 'at_ms', 'first_seen_ms', ...selected.map((name) => `"${name}"`)].join(', ');
  const past = after ? `and (at_ms < ? or (at_ms = ? and id < ?::${idType}))` : '';
  const values: SqlValue[] = after ? [after.timestampMs, after.timestampMs, after.id] : [];
  const rows = await database.read(
    `select since_ms, until_ms, ${names} from ${table}
      where at_ms >= ? and at_ms < ? and (until_ms is not null or since_ms > first_seen_ms) and coalesce(until_ms, ${OPEN}) > since_ms ${past}
      qualify rank() over (order by at_ms desc, id desc) <= ? order by at_ms desc, id desc, since_ms desc`,
    [fromMs, toMs, ...values, limit],
  );
  return rows.map(([sinceMs, untilMs, ...stored]) => ({
    row: decode(stored),
    sinceMs: Number(sinceMs),
    untilMs: untilMs === null ? null : Number(untilMs),
  }));
}

/** As `ArchiveTable.writeVersions`. */
export async function writeVersions<Row extends ArchivedRow>(
  database: Database,
  { table, types }: Columns<Row>,
  { encode, read }: Pick<Writer<Row>, 'encode' | 'read'>,
  versions: readonly RowVersion<Row>[],
): Promise<void> {
  const disjoint = keepDisjoint(versions);
  if (disjoint.length === 0) return;
  const names = Object.keys(types).map((name) => `"${name}"`);
  const spans = disjoint.map(({ sinceMs, untilMs }) => ({ since_ms: sinceMs, until_ms: untilMs }));
  await database.write([
    {
      sql: `create or replace temp table staged as ${read({ since_ms: 'BIGINT', until_ms: 'BIGINT' })}`,
      values: [
        encode(
          disjoint.map(({ row }) => row),
          spans,
        ),
      ],
    },
    {
      sql: `create or replace temp table known as select id, since_ms, coalesce(until_ms, ${OPEN}) as end_ms from ${table}
        where id in (select id from staged) and coalesce(until_ms, ${OPEN}) > since_ms`,
    },
    {
      sql: `insert into ${table} (id, at_ms, ${names.join(', ')}, first_seen_ms, since_ms, until_ms)
        select id, at_ms, ${names.join(', ')}, coalesce(seen_ms, since_ms), since_ms, until_ms from staged s
        where not exists (select 1 from known k where k.id = s.id and k.since_ms < coalesce(s.until_ms, ${OPEN}) and k.end_ms > s.since_ms)
        order by at_ms, id`,
    },
  ]);
}
