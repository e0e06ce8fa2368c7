import { jsonSql } from '../db/database.ts';
import type { Dialect } from '../options.ts';

const TAGS = `array_to_string(element_tags, ',')`;

/** The fields of a record in the vendor's JSON, and the SQL of each. `headers` holds credentials: never show or log it. */
const FIELDS: Readonly<Record<Dialect, Readonly<Record<string, string>>>> = {
  camel: {
    id: 'id',
    requestStatus: 'request_status',
    elementName: 'element_name',
    elementKey: 'element_key',
    accountId: 'account_id',
    instanceName: 'instance_name',
    usageDate: `strftime(happened_at, '%Y-%m-%dT%H:%M:%S.%g+00:00')`,
    userId: 'user_id',
    processTime: 'process_time',
    requestURI: 'request_uri',
    requestIP: 'request_ip',
    elementTags: TAGS,
    elementApi: 'element_api',
    companyId: 'company_id',
  },
  snake: {
    traffic_id: 'id',
    traffic_date: `strftime(happened_at, '%Y-%m-%dT%H:%M:%S.%gZ')`,
    request_id: 'request_id',
    request_status: 'request_status',
    request_method: 'request_method',
    request_uri: 'request_uri',
    request_ip: 'request_ip',
    response_status: 'response_status',
    process_time: 'process_time',
    vendor_process_time: 'vendor_process_time',
    platform_process_time: 'platform_process_time',
    vendor_request_method: `case when element_key <> '' then request_method end`,
    vendor_resource: 'vendor_resource',
    element_resource: 'element_resource',
    element_name: 'element_name',
    element_key: 'element_key',
    element_api: 'element_api',
    element_tag: TAGS,
    instance_id: 'instance_id',
    instance_name: 'instance_name',
    instance_tags: 'instance_tags',
    provision_name: 'provision_name',
    user_id: 'user_id',
    user_name: 'user_name',
    account_id: 'account_id',
    account_name: 'account_name',
    company_id: 'company_id',
    company_name: 'company_name',
    company_external_id: `'external-' || company_id`,
    company_external_name: `'company ' || company_id`,
    headers: 'headers::json',
  },
};

/**
 * SQL of a row of `usage` as the vendor's JSON. Fields that are null are left out, as the vendor does. The database makes the
 * JSON, because that takes a tenth of the time of making objects in JavaScript.
 */
export function usageRecordSql(dialect: Dialect): string {
  return jsonSql(FIELDS[dialect]);
}
