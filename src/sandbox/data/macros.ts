import { quoteSql, quoteSqlList } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';
import { ELEMENTS, EVENT_KINDS, OFFICE_ADDRESS, USERNAMES } from './catalogue.ts';

/** Draws numbers from 0 (inclusive) to 1 (exclusive). */
export type Chance = () => number;

/**
 * Creates a small, fast generator (32 bits of state). The same seed draws the same numbers. It serves generated data and is
 * not fit for secrets.
 */
export function createChance(seed: number): Chance {
  let state = (seed ^ Math.floor(seed / 0x1_0000_0000)) >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

/** A whole number from `low` to `high`, both inclusive. */
export function drawBetween(chance: Chance, low: number, high: number): number {
  return low + Math.floor(chance() * (high - low + 1));
}

/**
 * Creates what the database needs to generate rows. The macro `chance(i, salt)` gives a number from 0 to 1 that depends only
 * on the seed, the row's number and the salt, so that the rows are the same in any order and on any number of threads.
 */
export async function createMacros(database: Database, seed: number): Promise<void> {
  const chance = createChance(seed);
  const origin = BigInt(Math.floor(chance() * 2 ** 30)) * 2n ** 30n + BigInt(Math.floor(chance() * 2 ** 30));
  await database.run(`
    create macro chance(i, salt) as
      (hash((i * 64 + salt + ${origin})::bigint) >> 11)::double / 9007199254740992;
    create macro pick(i, salt, list) as list[1 + floor(chance(i, salt) * len(list))::bigint];

    create table element_slot as
      select (row_number() over () - 1)::bigint as slot, * exclude (weight)
      from (select *, unnest(range(weight)) as copy from (values ${ELEMENTS.map(
        (element, index) =>
          `(${index}, ${quoteSql(element.key)}, ${quoteSql(element.name)}, ${quoteSql(element.hub)}, ${element.typicalMs}, ` +
          `${quoteSqlList(element.resources)}, ${element.weight})`,
      ).join(
        ', ',
      )}) as element(element_index, element_key, element_name, hub, typical_ms, resources, weight));

    create table event_slot as
      select (row_number() over () - 1)::bigint as slot, * exclude (weight)
      from (select *, unnest(range(weight)) as copy from (values ${EVENT_KINDS.map(
        (kind) =>
          `(${quoteSql(kind.category)}, ${quoteSql(kind.action)}, ${quoteSql(kind.description)}, ${kind.system}, ${kind.weight})`,
      ).join(', ')}) as kind(category, action, template, system, weight));

    create table person as
      select number::bigint as number, username,
        case
          when number % 4 = 0 then ${quoteSql(OFFICE_ADDRESS)}
          when number % 4 = 1 then '10.20.' || number || '.' || (10 + number)
          when number % 4 = 2 then '62.' || (40 + number) || '.17.' || (100 + number)
          when number % 8 = 3 then '192.168.1.' || (20 + number)
          else '100.64.3.' || (30 + number)
        end as address
      from (select unnest(range(${USERNAMES.length})) as number, unnest(${quoteSqlList(USERNAMES)}) as username);
  `);
}

const STEP_MS = 10 * MINUTE_MS;
/** Generated data covers this time before the start. */
export const GENERATED_MS = 35 * DAY_MS;

/**
 * SQL of a relation `(i, happened_at)`: exactly `rows` times in the 35 days before `nowMs`, more of them in the daytime (UTC)
 * and on working days. `i` numbers them from 0 in the order of their ten-minute steps.
 */
export function rhythmSql(rows: number, nowMs: number): string {
  const startMs = nowMs - GENERATED_MS;
  return `
    select i, epoch_ms((epoch_ms(step_at) + floor(chance(i, 40) * ${STEP_MS}))::bigint) as happened_at
    from (
      select step_at, unnest(range(coalesce(lag(upto) over (order by step_at), 0)::bigint, upto)) as i
      from (
        select step_at, round(${rows} * (sum(weight) over (order by step_at)) / (sum(weight) over ()))::bigint as upto
        from (
          select epoch_ms((${startMs} + step * ${STEP_MS})::bigint) as step_at,
            hour(step_at) + minute(step_at) / 60.0 as clock,
            (0.12 + exp(-((clock - 10) ** 2) / 9) + 0.8 * exp(-((clock - 15.5) ** 2) / 10))
              * case when isodow(step_at) > 5 then 0.25 else 1 end as weight
          from (select unnest(range(${GENERATED_MS / STEP_MS})) as step)
        )
      )
    )`;
}
