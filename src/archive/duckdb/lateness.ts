import { exemptOf } from '../lateness.ts';
import type { Lateness } from '../lateness.ts';
import type { ReadSpan } from '../ledger.ts';
import type { Columns } from './columns.ts';
import type { Database } from './database.ts';

/** As `ArchiveTable.measureLateness`. */
export async function measureLateness(
  database: Database,
  { table }: Pick<Columns<never>, 'table'>,
  spans: readonly ReadSpan[],
  settleMs: number,
): Promise<Lateness> {
  const aged = `with spans as (
      select unnest(json_transform(?, '[{"fromMs": "BIGINT", "toMs": "BIGINT", "firstReadMs": "BIGINT"}]'), recursive := true)
    ), aged as (
      select first_seen_ms - at_ms as age, first_seen_ms > "firstReadMs" as late
      from ${table} asof join spans on at_ms >= "fromMs" where until_ms is null and at_ms < "toMs"
    )`;
  const json = JSON.stringify(spans);
  const [row] = await database.read(
    `${aged} select count(*), count(*) filter (late), count(*) filter (late and age >= ?), coalesce(max(age) filter (late), 0) from aged`,
    [json, settleMs],
  );
  const [rows = 0, late = 0, foundLast = 0, latestMs = 0] = (row ?? []).map(Number);
  const [most] = await database.read(
    `${aged} select age from aged where late order by age desc limit 1 offset ?`,
    [json, exemptOf(rows)],
  );
  return { rows, late, foundLast, mostMs: Number(most?.[0] ?? 0), latestMs };
}
