// Generated from schema/upstream/usage.openapi.yaml by `npm run generate:vendor-types`; never edited by hand.

/**
 * A bare day or an ISO 8601 time; without a zone it is UTC.
 */
export type RequestTime = string;

/**
 * One call in the log, in either dialect.
 */
export type UsageRecord = CamelCaseUsageRecord | SnakeCaseUsageRecord;

/**
 * A record as the page shows it (2014). Element, instance, tags and account may be absent or blank on the platform's own calls.
 */
export interface CamelCaseUsageRecord {
  /**
   * 24 hexadecimal digits in every sample.
   */
  id: string;
  /**
   * SUCCESS or FAILED; others must not break a list.
   */
  requestStatus: string;
  elementName?: string | null;
  elementKey?: string | null;
  accountId?: NumericId;
  instanceName?: string | null;
  usageDate: RecordTime;
  userId: NumericId;
  /**
   * Milliseconds.
   */
  processTime: number;
  requestURI: string;
  /**
   * An address; the sample is a private one.
   */
  requestIP: string;
  elementTags?: Tags;
  elementApi: string | null;
  companyId: NumericId;
}

/**
 * A record as it is given since 2016. Element, instance, tags and account may be absent or blank on the platform's own calls.
 */
export interface SnakeCaseUsageRecord {
  /**
   * 24 hexadecimal digits in every sample.
   */
  traffic_id: string;
  traffic_date: RecordTime;
  request_id?: string | number | null;
  /**
   * SUCCESS or FAILED; others must not break a list.
   */
  request_status: string;
  request_method?: string | null;
  request_uri: string;
  request_ip: string;
  /**
   * The HTTP status given to the caller.
   */
  response_status?: number | string | null;
  /**
   * Milliseconds.
   */
  process_time: number;
  /**
   * Milliseconds that the element's own vendor took.
   */
  vendor_process_time?: number | null;
  /**
   * Milliseconds that the platform itself took.
   */
  platform_process_time?: number | null;
  vendor_request_method?: string | null;
  vendor_resource?: string | null;
  element_resource?: string | null;
  element_name?: string | null;
  element_key?: string | null;
  element_api: string | null;
  element_tag?: Tags;
  instance_id?: NumericId;
  instance_name?: string | null;
  instance_tags?: Tags;
  provision_name?: string | null;
  user_id: NumericId;
  user_name?: string | null;
  account_id?: NumericId;
  account_name?: string | null;
  company_id: NumericId;
  company_name?: string | null;
  company_external_id?: string | number | null;
  company_external_name?: string | null;
  /**
   * The raw request headers, credentials among them. Never exposed, never logged, not even read.
   */
  headers?: {
    [k: string]: unknown;
  };
}

/**
 * A number in every sample; a text of digits is read as well.
 */
export type NumericId = number | bigint | string | null;

/**
 * One text in the page's sample.
 */
export type Tags = string | string[] | null;

/**
 * With milliseconds; an offset in the 2014 form, `Z` since 2016.
 */
export type RecordTime = string;

/**
 * The start of a bucket, in UTC.
 */
export type BucketTime = string;

export interface ActivityBucket {
  timestamp: BucketTime;
  /**
   * Calls.
   */
  count: number;
}

/**
 * The element keys called in this bucket are keys of the row.
 */
export interface ElementActivityBucket {
  timestamp: BucketTime;
  /**
   * Calls of all elements.
   */
  count: number;
  [k: string]: unknown;
}

/**
 * An empty bucket has no min, max and avg.
 */
export interface TimesBucket {
  timestamp: BucketTime;
  /**
   * Calls.
   */
  count: number;
  /**
   * Milliseconds.
   */
  min?: number;
  /**
   * Milliseconds.
   */
  max?: number;
  /**
   * Milliseconds.
   */
  avg?: number;
}

export interface StatusesBucket {
  timestamp: BucketTime;
  /**
   * Calls.
   */
  count: number;
  failed: number;
  success: number;
}

/**
 * The body of a refusal. Anything else, HTML among it, may come from what stands before the vendor.
 */
export interface UsageError {
  /**
   * The vendor's own id of the request for its support.
   */
  requestId?: string | null;
  message?: string | null;
  /**
   * What the element's own vendor said.
   */
  providerMessage?: string | null;
}
