import type { HistoryQuestion, RowVersion } from '../history.ts';
import type { ArchivedRow } from '../store.ts';
import type { Columns } from './columns.ts';
import { integer } from './conditions.ts';
import type { SqlValue } from './conditions.ts';
import type { Database } from './database.ts';
import { OPEN_MS } from './versions.ts';

/** As `ArchiveTable.listVersions`. */
export async function listVersions<Row extends ArchivedRow>(
  database: Database,
  { table, idType, types, decode }: Columns<Row>,
  { fromMs, toMs, after, limit }: HistoryQuestion,
): Promise<readonly RowVersion<Row>[]> {
  const names = ['id', 'at_ms', 'first_seen_ms', ...Object.keys(types).map((name) => `"${name}"`)].join();
  const past = after ? 'and (at_ms < ? or (at_ms = ? and id < ?))' : '';
  const values: SqlValue[] = after
    ? [integer(after.timestampMs), integer(after.timestampMs), { type: idType, value: after.id }]
    : [];
  const rows = await database.read(
    `select since_ms, until_ms, ${names} from ${table} final
      where at_ms >= ? and at_ms < ? and (until_ms != ${OPEN_MS} or since_ms > first_seen_ms) and until_ms > since_ms ${past}
      order by at_ms desc, id desc limit ? with ties`,
    [integer(fromMs), integer(toMs), ...values, { type: 'UInt64', value: limit }],
  );
  return rows.map(([sinceMs, untilMs, ...stored]) => ({
    row: decode(stored),
    sinceMs: Number(sinceMs),
    untilMs: untilMs === OPEN_MS ? null : Number(untilMs),
  }));
}
