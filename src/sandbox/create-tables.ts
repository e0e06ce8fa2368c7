import type { Database } from './database.ts';

/**
 * The two tables that everything is answered from. `seq` is the order in which rows came to be known: the vendor's order
 * within one instant, which follows no id. `counted_at` is when analytics begin to count a row.
 */
export async function createTables(database: Database): Promise<void> {
  await database.run(`
    create sequence usage_seq;
    create table usage (
      seq bigint default nextval('usage_seq'),
      id varchar, happened_at timestamp, counted_at timestamp, request_status varchar,
      element_key varchar, element_name varchar, element_api varchar, element_tags varchar[], hub varchar,
      instance_name varchar, instance_id bigint, instance_tags varchar[],
      account_id bigint, company_id bigint, user_id bigint, user_name varchar,
      process_time bigint, vendor_process_time bigint, platform_process_time bigint,
      request_uri varchar, request_ip varchar, request_id varchar, request_method varchar, response_status bigint,
      headers varchar
    );
    create table events (
      id bigint, happened_at timestamp, category varchar, action varchar, description varchar, username varchar, ip_address varchar
    );
  `);
}
