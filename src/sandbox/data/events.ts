import { quoteSql } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { USERNAMES } from './catalogue.ts';
import { rhythmSql } from './macros.ts';
import type { Story } from './stories.ts';

/** The first id that a double can't represent, 2^53 + 1. Larger ids follow it. */
const FIRST_BIG_ID = 9_007_199_254_740_993n;

/**
 * SQL of all columns of events except the id.
 *
 * @param timesSql a relation `(i, happened_at)`: each event's number, and its time in whole seconds
 */
export function drawnEventsSql(timesSql: string): string {
  return `
    select i, happened_at, category, action, replace(template, '{user}', username_drawn) as description,
      case when not system then username_drawn end as username,
      case when not system and chance(i, 23) < 0.97 then address end as ip_address
    from (
      select i, happened_at, category, action, template, system, username as username_drawn, address
      from (
        select i, happened_at, floor(chance(i, 21) * 100)::bigint as slot,
          floor(pow(chance(i, 22), 2) * ${USERNAMES.length})::bigint as number
        from (${timesSql})
      ) join event_slot using (slot) join person using (number)
    )`;
}

/**
 * Fills `events` with generated rows and the stories. Ids grow with time; the newer two fifths are beyond 2^53. A bulk run
 * puts 0.5 % of the rows into one second.
 */
export async function fillEvents(
  database: Database,
  rows: number,
  nowMs: number,
  stories: readonly Story[],
): Promise<void> {
  const bulkMs = Math.floor((nowMs - 5 * DAY_MS) / HOUR_MS) * HOUR_MS;
  const generated = drawnEventsSql(`
    select i, date_trunc('second', case when chance(i, 43) < 0.005 then epoch_ms(${bulkMs}) else happened_at end) as happened_at
    from (${rhythmSql(rows, nowMs)})`);
  const storyRows = stories
    .flatMap(storyEvents)
    .map(
      (event, index) =>
        `(${-1 - index}, epoch_ms(${event.atMs}), 'authentication', ${quoteSql(event.action)}, ${quoteSql(event.description)}, ` +
        `${quoteSql(event.username)}, ${quoteSql(event.address)})`,
    );
  const all = storyRows.length === 0 ? generated : `${generated} union all values ${storyRows.join(', ')}`;
  await database.run(`
    insert into events
    select case when nth <= 0.6 * (count(*) over ()) then 100000 + nth else ${FIRST_BIG_ID} + nth * 3 end as id,
      happened_at, category, action, description, username, ip_address
    from (select *, row_number() over (order by happened_at, i desc) as nth from (${all}))
    order by nth`);
}

interface StoryEvent {
  readonly atMs: number;
  readonly action: string;
  readonly description: string;
  readonly username: string;
  readonly address: string;
}

function storyEvents({
  address,
  username,
  failuresMs,
  lockedOutMs,
  successMs,
}: Story): readonly StoryEvent[] {
  return [
    ...failuresMs.map((atMs) => ({
      atMs,
      action: 'user-login-failure',
      description: `User ${username} has failed to log in`,
    })),
    {
      atMs: lockedOutMs,
      action: 'user-locked-out',
      description: `User ${username} has been locked out: too many failed attempts`,
    },
    { atMs: successMs, action: 'user-login-success', description: `User ${username} has logged in` },
  ].map((event) => ({ ...event, username, address }));
}
