import type { Database } from '../db/database.ts';
import { insertUsageRows } from '../db/tables.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { ELEMENTS, USERNAMES } from './catalogue.ts';
import { createChance, drawBetween, GENERATED_MS, rhythmSql } from './macros.ts';
import type { Story } from './stories.ts';

/**
 * Fills `usage` with generated rows over 35 days. A nightly job makes its calls within three milliseconds. Three days before
 * `nowMs`, a bulk run puts more rows into one instant than a page is likely to hold.
 */
export async function fillUsage(database: Database, rows: number, nowMs: number): Promise<void> {
  const bulkMs = Math.floor((nowMs - 3 * DAY_MS) / HOUR_MS) * HOUR_MS + 123;
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

/** The shares of hours in which the calls of one element mostly fail, or are slow. */
const FAILING_SHARE = 0.004;
const SLOW_SHARE = 0.008;

/**
 * The SQL that inserts generated rows into `usage`. Everything else about a row follows from the seed, `i` and `happened_at`.
 *
 * @param timesSql a relation `(i, happened_at, counted_at)`; no two rows ever have the same `i`
 */
export function insertUsageSql(timesSql: string): string {
  return `
    insert into usage by name
    with times as (${timesSql}),
    drawn as (
      select i, happened_at, counted_at,
        floor(chance(i, 1) * 100)::bigint as slot,
        floor(pow(chance(i, 2), 2) * ${USERNAMES.length})::bigint as number,
        chance(i, 3) < 0.04 as platform,
        floor(chance(i, 4) * 3)::bigint as nth_instance,
        epoch(happened_at)::bigint // 3600 as hour
      from times
    ),
    joined as (
      select *, chance(hour * 128 + element_index, 5) as spell
      from drawn join element_slot using (slot) join person using (number)
    ),
    outcome as (
      select *,
        chance(i, 6) < (case when not platform and spell < ${FAILING_SHARE} then 0.7 when platform then 0.004 else 0.02 end) as failed,
        greatest(5, (case when platform then 40 else typical_ms end)
          * (case when not platform and spell between ${FAILING_SHARE} and ${FAILING_SHARE + SLOW_SHARE} then 7 else 1 end)
          * exp(0.55 * sqrt(-2 * ln(greatest(chance(i, 7), 1e-12))) * cos(2 * pi() * chance(i, 8))))::bigint as process_time,
        pick(i, 9, resources) as resource,
        pick(i, 10, ['GET', 'GET', 'GET', 'GET', 'GET', 'POST', 'PATCH', 'DELETE']) as request_method,
        100 + element_index * 3 + nth_instance as instance
      from joined
    )
    select
      lower(lpad(to_hex(epoch(happened_at)::bigint), 8, '0')
        || pick(i, 11, ['e4b067fd19', 'e4b0a1c27e', 'e4b0f3385b'])
        || lpad(to_hex((i * 7919 + 104729) % 16777216), 6, '0')) as id,
      happened_at, counted_at,
      case when failed then 'FAILED' else 'SUCCESS' end as request_status,
      case when not platform then element_key when chance(i, 12) < 0.5 then '' end as element_key,
      case when not platform then element_name when chance(i, 12) < 0.5 then '' end as element_name,
      case when platform then pick(i, 13, ['instances', 'elements', 'accounts']) else resource end as element_api,
      case when platform then null
        when nth_instance = 0 then ['production'] when nth_instance = 1 then ['qa'] else ['production', 'eu'] end as element_tags,
      case when not platform then hub end as hub,
      case when not platform then element_key || ' ' || ['production', 'qa', 'europe'][1 + nth_instance] end as instance_name,
      case when not platform then instance end as instance_id,
      element_tags as instance_tags,
      1 + number % 3 as account_id, 1 as company_id, 1000 + number as user_id, username as user_name,
      'account ' || account_id as account_name, 'company 1' as company_name, instance_name as provision_name,
      case when not platform then '/v3/' || resource end as vendor_resource,
      case when not platform then '/' || resource end as element_resource,
      process_time,
      (process_time * (0.6 + 0.35 * chance(i, 14)))::bigint as vendor_process_time,
      process_time - vendor_process_time as platform_process_time,
      case when platform then '/elements/api-v2/' || element_api
        else '/elements/api-v2/hubs/' || hub || '/' || resource
          || case when request_method = 'POST' then ''
            when request_method <> 'GET' or chance(i, 15) < 0.4 then '/' || floor(chance(i, 16) * 100000)::bigint
            when chance(i, 17) < 0.1 then '?where=email%3D%27' || username || '%40example.com%27'
            else '?pageSize=200' end end as request_uri,
      address as request_ip,
      lower(lpad(to_hex(hash(i * 64 + 19)), 16, '0')) as request_id,
      case when platform then 'GET' else request_method end as request_method,
      case when failed then pick(i, 18, [400, 401, 404, 429, 500, 502, 504])
        when request_method = 'POST' and not platform then 201 else 200 end as response_status,
      '{"authorization":"User never-to-be-shown, Organization never-to-be-shown"}' as headers
    from outcome
    order by happened_at, i
  `;
}

/** The id of the example on the vendor's page. It exists here, so that the example works with a sandbox. */
const DOCUMENTED_ID = '53e6e0c8e4b067fd19a9d6ab';

/**
 * Adds to `usage` the calls that the attacker of each story made: contacts, page by page, and a few calls refused. The first
 * call of the last story has the documented id.
 */
export async function fillStoryCalls(
  database: Database,
  seed: number,
  stories: readonly Story[],
): Promise<void> {
  const [element] = ELEMENTS;
  if (element === undefined) return;
  const chance = createChance(seed + 77);
  const rows = stories.flatMap((story, nthStory) =>
    story.callsMs.map((atMs, nthCall) => {
      const failed = chance() < 0.15;
      const processTime = drawBetween(chance, 120, 900);
      return {
        id:
          nthStory === stories.length - 1 && nthCall === 0
            ? DOCUMENTED_ID
            : usageId(atMs, 'e4b0577e11', nthStory * 1000 + nthCall),
        atMs,
        countedMs: atMs,
        status: failed ? 'FAILED' : 'SUCCESS',
        elementKey: element.key,
        elementName: element.name,
        elementApi: 'contacts',
        hub: element.hub,
        tags: ['production'],
        instanceName: `${element.key} production`,
        instanceId: 100,
        calledBy: story.username,
        processTime,
        uri: `/elements/api-v2/hubs/crm/contacts?pageSize=200&page=${nthCall + 1}`,
        address: story.address,
        responseStatus: failed ? 403 : 200,
      };
    }),
  );
  await insertUsageRows(database, rows);
}

/** An id of 24 hex characters, as the vendor's: the seconds since the epoch, the machine (10 characters), a counter. */
export function usageId(atMs: number, machine: string, counter: number): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `${hex(Math.floor(atMs / 1000), 8)}${machine}${hex(counter % 0x100_0000, 6)}`;
}
