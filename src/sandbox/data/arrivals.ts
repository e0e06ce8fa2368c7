import type { Database } from '../db/database.ts';
import { insertUsageRows } from '../db/tables.ts';
import type { MadeUsageRow } from '../db/tables.ts';
import { HOUR_MS } from '../time.ts';
import { drawnEventsSql } from './events.ts';
import type { Chance } from './macros.ts';
import { insertUsageSql, usageId } from './usage.ts';

/** New rows that arrive as time passes. The seed alone decides which rows arrive in which second. */
export interface Arrivals {
  /** Adds the rows that become visible up to `nowMs`. Steps run one after another. */
  advanceTo(nowMs: number): Promise<void>;
  /** Adds a call to the Usage API to that API's own log. Like other rows, it becomes visible late. */
  logCall(call: LoggedCall, atMs: number): void;
}

interface LoggedCall {
  /** The path with its query. */
  readonly uri: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly durationMs: number;
}

/** A usage row becomes visible at most 10 s after its time. Analytics count it 10 to 90 s after its time. */
const LAG_MS = 10_000;
const COUNT_LAG_MS = 90_000;
/** After the machine has slept, one step adds the rows of at most this time. */
const LONGEST_STEP_MS = HOUR_MS;

/** @param startMs the end of the generated past */
export function createArrivals(database: Database, startMs: number, chance: Chance): Arrivals {
  let reachedMs = startMs;
  let logged = 0;
  let pending: readonly { readonly visibleMs: number; readonly row: MadeUsageRow }[] = [];
  let step: Promise<void> = Promise.resolve();

  const advance = async (nowMs: number) => {
    if (nowMs <= reachedMs) return;
    const sinceMs = Math.max(reachedMs, nowMs - LONGEST_STEP_MS);
    reachedMs = nowMs;
    const due = pending.filter(({ visibleMs }) => visibleMs <= nowMs).map(({ row }) => row);
    pending = pending.filter(({ visibleMs }) => visibleMs > nowMs);
    await insertUsageRows(database, due);
    await database.run(
      insertUsageSql(`
        select i, happened_at, epoch_ms((made_ms + ${LAG_MS} + floor(chance(i, 47) * ${COUNT_LAG_MS - LAG_MS}))::bigint) as counted_at
        from (
          select second * 64 + nth as i, second * 1000 + floor(chance(i, 44) * 1000)::bigint as made_ms,
            epoch_ms(made_ms) as happened_at, made_ms + floor(chance(i, 45) * ${LAG_MS}) as visible_ms
          from range(${Math.floor((sinceMs - LAG_MS) / 1000)}, ${Math.floor(nowMs / 1000) + 1}) as seconds(second),
            range(3) as numbers(nth)
        )
        where chance(i, 46) < 0.3 and made_ms > ${startMs} and visible_ms > ${sinceMs} and visible_ms <= ${nowMs}`),
    );
    await database.run(`
      insert into events
      select (select coalesce(max(id), 0) from events) + 3 * row_number() over (order by happened_at, i) as id, * exclude (i)
      from (${drawnEventsSql(`
        select second * 64 + nth as i, epoch_ms(second * 1000) as happened_at
        from range(${Math.floor(sinceMs / 1000) + 1}, ${Math.floor(nowMs / 1000) + 1}) as seconds(second), range(2) as numbers(nth)
        where chance(i, 48) < 0.1`)})
      order by id`);
  };

  return {
    advanceTo: (nowMs) => {
      const result = step.then(() => advance(nowMs));
      // The caller receives the error of a failed step. The next step runs nevertheless.
      step = result.catch(() => undefined);
      return result;
    },
    logCall: ({ uri, status, durationMs }, atMs) => {
      logged += 1;
      const row: MadeUsageRow = {
        id: usageId(atMs, 'e4b0109109', logged),
        atMs,
        countedMs: atMs + LAG_MS + Math.floor(chance() * (COUNT_LAG_MS - LAG_MS)),
        status: status < 400 ? 'SUCCESS' : 'FAILED',
        elementKey: null,
        elementName: null,
        elementApi: 'usage',
        hub: null,
        tags: [],
        instanceName: null,
        instanceId: null,
        calledBy: 'sightline',
        processTime: Math.max(1, Math.round(durationMs)),
        uri,
        address: '127.0.0.1',
        responseStatus: status,
      };
      pending = [...pending, { visibleMs: atMs + Math.floor(chance() * LAG_MS), row }];
    },
  };
}
