import type { Database } from './database.ts';
import { insertUsageSql } from './generate-usage.ts';
import { GENERATED_MS, rhythmSql } from './generate-times.ts';

const DAY_MS = 86_400_000;

/**
 * Fills `usage` with the past: the rhythm of 35 days, a nightly job whose calls come within three milliseconds, and one
 * bulk run at a single instant three days ago, with more rows than a page is likely to hold.
 */
export async function fillUsage(database: Database, rows: number, nowMs: number): Promise<void> {
  const bulkMs = Math.floor((nowMs - 3 * DAY_MS) / 3_600_000) * 3_600_000 + 123;
  await database.run(
    insertUsageSql(`
      select i, settled as happened_at, settled as counted_at from (
        select i,
          date_trunc('day', happened_at) + interval 150 minute + to_milliseconds(floor(chance(i, 41) * 3)::bigint) as nightly,
          case
            when chance(i, 42) < 0.004 then epoch_ms(${bulkMs})
            when chance(i, 42) < 0.04 and nightly between epoch_ms(${nowMs - GENERATED_MS}) and epoch_ms(${nowMs - 1000}) then nightly
            else happened_at
          end as settled
        from (${rhythmSql(rows, nowMs)})
      )`),
  );
}
