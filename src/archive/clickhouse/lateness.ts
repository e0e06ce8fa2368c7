import { exemptOf } from '../lateness.ts';
import type { Lateness } from '../lateness.ts';
import type { ReadSpan } from '../ledger.ts';
import type { Columns } from './columns.ts';
import { integer } from './conditions.ts';
import type { SqlValue } from './conditions.ts';
import type { Database } from './database.ts';
import { OPEN_MS } from './versions.ts';

/** As `ArchiveTable.measureLateness`. */
export async function measureLateness(
  database: Database,
  { table }: Pick<Columns<never>, 'table'>,
  spans: readonly ReadSpan[],
  settleMs: number,
): Promise<Lateness> {
  const [oldest] = spans;
  const newest = spans.at(-1);
  if (!oldest || !newest) return { rows: 0, late: 0, foundLast: 0, mostMs: 0, latestMs: 0 };
  // A join by the nearest time needs a key besides.
  const aged = `select first_seen_ms - at_ms as age, first_seen_ms > span.3 as late from (
      select 1 as source, at_ms, first_seen_ms from ${table} final
      where until_ms = ${OPEN_MS} and at_ms >= ? and at_ms < ?
    ) as seen asof join (
      select 1 as source, arrayJoin(arrayZip(?, ?, ?)) as span, span.1 as from_ms
    ) as spans on seen.source = spans.source and seen.at_ms >= spans.from_ms
    where at_ms < span.2`;
  const list = (name: 'fromMs' | 'toMs' | 'firstReadMs'): SqlValue => ({
    type: 'Array(Int64)',
    value: spans.map((span) => BigInt(span[name])),
  });
  const values = [
    integer(oldest.fromMs),
    integer(newest.toMs),
    list('fromMs'),
    list('toMs'),
    list('firstReadMs'),
  ];
  const [row] = await database.read(
    `select count(), countIf(late), countIf(late and age >= ?), maxIf(age, late) from (${aged})`,
    [integer(settleMs), ...values],
  );
  const [rows = 0, late = 0, foundLast = 0, latestMs = 0] = (row ?? []).map(Number);
  const [most] = await database.read(
    `select age from (${aged}) where late order by age desc limit 1 offset ?`,
    [...values, { type: 'UInt64', value: exemptOf(rows) }],
  );
  return { rows, late, foundLast, mostMs: Number(most?.[0] ?? 0), latestMs };
}
