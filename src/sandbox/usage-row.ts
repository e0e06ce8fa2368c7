import type { Dialect } from './sandbox-options.ts';

/** A row of `usage` as it is read for an answer. */
export interface UsageRow {
  readonly id: string;
  readonly at_ms: bigint;
  readonly request_status: string | null;
  readonly element_key: string | null;
  readonly element_name: string | null;
  readonly element_api: string | null;
  readonly element_tag: string | null;
  readonly instance_name: string | null;
  readonly instance_id: bigint | null;
  readonly instance_tag: string | null;
  readonly account_id: bigint | null;
  readonly company_id: bigint | null;
  readonly user_id: bigint | null;
  readonly user_name: string | null;
  readonly process_time: bigint | null;
  readonly vendor_process_time: bigint | null;
  readonly platform_process_time: bigint | null;
  readonly request_uri: string | null;
  readonly request_ip: string | null;
  readonly request_id: string | null;
  readonly request_method: string | null;
  readonly response_status: bigint | null;
  readonly headers: string | null;
}

/** The columns of a `UsageRow`, for a select. */
export const USAGE_COLUMNS = `id, epoch_ms(happened_at) as at_ms, request_status, element_key, element_name, element_api,
  array_to_string(element_tags, ',') as element_tag, instance_name, instance_id,
  array_to_string(instance_tags, ',') as instance_tag, account_id, company_id, user_id, user_name,
  process_time, vendor_process_time, platform_process_time, request_uri, request_ip, request_id, request_method,
  response_status, headers`;

/** A row in one of the vendor's two forms. What the row does not know is left out, as the vendor does. */
export function encodeUsageRow(row: UsageRow, dialect: Dialect): Readonly<Record<string, unknown>> {
  const date = new Date(Number(row.at_ms)).toISOString();
  const full =
    dialect === 'camel'
      ? {
          id: row.id,
          requestStatus: row.request_status,
          elementName: row.element_name,
          elementKey: row.element_key,
          accountId: row.account_id,
          instanceName: row.instance_name,
          usageDate: date.replace('Z', '+00:00'),
          userId: row.user_id,
          processTime: row.process_time,
          requestURI: row.request_uri,
          requestIP: row.request_ip,
          elementTags: row.element_tag,
          elementApi: row.element_api,
          companyId: row.company_id,
        }
      : {
          traffic_id: row.id,
          traffic_date: date,
          request_id: row.request_id,
          request_status: row.request_status,
          request_method: row.request_method,
          request_uri: row.request_uri,
          request_ip: row.request_ip,
          response_status: row.response_status,
          process_time: row.process_time,
          vendor_process_time: row.vendor_process_time,
          platform_process_time: row.platform_process_time,
          element_name: row.element_name,
          element_key: row.element_key,
          element_api: row.element_api,
          element_tag: row.element_tag,
          instance_id: row.instance_id,
          instance_name: row.instance_name,
          instance_tags: row.instance_tag?.split(','),
          provision_name: row.instance_name,
          user_id: row.user_id,
          user_name: row.user_name,
          account_id: row.account_id,
          company_id: row.company_id,
          // Raw request headers, credentials among them: a reader must never show or log them.
          headers: row.headers === null ? null : (JSON.parse(row.headers) as unknown),
        };
  return Object.fromEntries(
    Object.entries(full).filter(([, value]) => value !== null && value !== undefined),
  );
}
