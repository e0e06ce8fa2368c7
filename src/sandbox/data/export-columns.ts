import { showNames } from './wording.ts';

/** The columns that an export of one source may have. */
export interface ExportKind {
  /** Follows 'an export of' in messages. */
  readonly title: string;
  /** The switch that takes such a file. */
  readonly switchName: '--usage' | '--events';
  /** By column of our table: its possible names in a file. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** A file that lacks one of these columns is refused. A row that lacks one of these values is unreadable. */
  readonly needed: readonly string[];
  /** The columns of whole numbers, and the largest number that the graph can represent. */
  readonly integers: Readonly<Record<string, number>>;
}

/** The file endings that can be read, for people. */
export const EXPORT_ENDINGS = '.csv, .tsv, .json, .ndjson, .jsonl (each also with .gz or .zst) or .parquet';

/** Usage records in either dialect of the vendor: camelCase (2014) or snake_case (since 2016). */
export const USAGE_EXPORT: ExportKind = {
  title: 'usage records',
  switchName: '--usage',
  needed: ['id', 'happened_at'],
  columns: {
    id: ['id', 'traffic_id'],
    happened_at: ['usageDate', 'traffic_date'],
    request_status: ['requestStatus', 'request_status'],
    element_key: ['elementKey', 'element_key'],
    element_name: ['elementName', 'element_name'],
    element_api: ['elementApi', 'element_api'],
    element_tags: ['elementTags', 'element_tag', 'element_tags'],
    instance_name: ['instanceName', 'instance_name'],
    instance_id: ['instanceId', 'instance_id'],
    instance_tags: ['instanceTags', 'instance_tags'],
    account_id: ['accountId', 'account_id'],
    company_id: ['companyId', 'company_id'],
    user_id: ['userId', 'user_id'],
    user_name: ['userName', 'user_name'],
    account_name: ['accountName', 'account_name'],
    company_name: ['companyName', 'company_name'],
    provision_name: ['provisionName', 'provision_name'],
    vendor_resource: ['vendorResource', 'vendor_resource'],
    element_resource: ['elementResource', 'element_resource'],
    process_time: ['processTime', 'process_time'],
    vendor_process_time: ['vendorProcessTime', 'vendor_process_time'],
    platform_process_time: ['platformProcessTime', 'platform_process_time'],
    request_uri: ['requestURI', 'request_uri'],
    request_ip: ['requestIP', 'request_ip'],
    request_id: ['requestId', 'request_id'],
    request_method: ['requestMethod', 'request_method'],
    response_status: ['responseStatus', 'response_status'],
  },
  integers: {
    instance_id: Number.MAX_SAFE_INTEGER,
    account_id: Number.MAX_SAFE_INTEGER,
    company_id: Number.MAX_SAFE_INTEGER,
    user_id: Number.MAX_SAFE_INTEGER,
    process_time: Number.MAX_SAFE_INTEGER,
    vendor_process_time: Number.MAX_SAFE_INTEGER,
    platform_process_time: Number.MAX_SAFE_INTEGER,
    response_status: 2 ** 31 - 1,
  },
};

export const EVENTS_EXPORT: ExportKind = {
  title: 'events',
  switchName: '--events',
  needed: ['id', 'happened_at', 'category', 'action'],
  columns: {
    id: ['id', 'event_id'],
    happened_at: ['timestamp'],
    category: ['category'],
    action: ['action'],
    description: ['description'],
    username: ['username', 'user_name'],
    ip_address: ['ipAddress', 'ip_address'],
  },
  // The id is read as text and checked row by row.
  integers: {},
};

/** How the columns of a file match those of our table. */
export interface ColumnMatch {
  /** By column of our table: its names in the file. A file may have a column under several names. */
  readonly found: ReadonlyMap<string, readonly string[]>;
  /** The first name of each column of our table that the file lacks. */
  readonly absent: readonly string[];
  /** The columns of the file that our table does not have. */
  readonly ignored: readonly string[];
}

/**
 * Matches the columns of a file by name, in any case, with or without `_`, `-` and spaces.
 *
 * @throws Error if a needed column is missing; the message names the needed columns and those of the file
 */
export function matchColumns(names: readonly string[], kind: ExportKind): ColumnMatch {
  const match = findColumns(names, kind);
  const missing = kind.needed.filter((column) => !match.found.has(column));
  if (missing.length === 0) return match;
  const wanted = kind.needed.map((column) => (kind.columns[column] ?? []).join(' or ')).join(', ');
  throw new Error(
    `an export of ${kind.title} needs the columns ${wanted}, and these were found: ${showNames(names)}.${hintOtherKind(names, kind)}`,
  );
}

/** How many of these names are names of a column. */
export function countKnown(names: readonly string[], kind: ExportKind): number {
  return [...findColumns(names, kind).found.values()].flat().length;
}

function findColumns(names: readonly string[], { columns }: ExportKind): ColumnMatch {
  const columnByName = new Map(
    Object.entries(columns).flatMap(([column, known]) => known.map((name) => [simplify(name), column])),
  );
  const found = new Map<string, string[]>();
  for (const name of names) {
    const column = columnByName.get(simplify(name));
    if (column !== undefined) found.set(column, [...(found.get(column) ?? []), name]);
  }
  return {
    found,
    absent: Object.entries(columns).flatMap(([column, [name = column]]) => (found.has(column) ? [] : [name])),
    ignored: names.filter((name) => name !== '' && !columnByName.has(simplify(name))),
  };
}

/** A sentence if the columns are those of the other source's export; empty if not. */
function hintOtherKind(names: readonly string[], kind: ExportKind): string {
  const other = kind === USAGE_EXPORT ? EVENTS_EXPORT : USAGE_EXPORT;
  const { found } = findColumns(names, other);
  return other.needed.every((column) => found.has(column))
    ? ` These are the columns of an export of ${other.title}, which ${other.switchName} takes.`
    : '';
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, '');
}
