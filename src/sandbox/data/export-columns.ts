import { showNames } from './wording.ts';

/** What an export of one source is read for: each column of ours, and the names under which it may stand in a file. */
export interface ExportKind {
  /** As people say it, after 'an export of'. */
  readonly title: string;
  /** The switch that takes such a file. */
  readonly switchName: '--usage' | '--events';
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** A file without one of these is refused, and so is a row. */
  readonly needed: readonly string[];
}

/** The endings of files that can be read, for people. */
export const EXPORT_ENDINGS = '.csv, .tsv, .json, .ndjson, .jsonl (each also with .gz or .zst) or .parquet';

/** Both of the vendor's dialects: camelCase (2014), snake_case (since 2016). */
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
    process_time: ['processTime', 'process_time'],
    vendor_process_time: ['vendorProcessTime', 'vendor_process_time'],
    platform_process_time: ['platformProcessTime', 'platform_process_time'],
    request_uri: ['requestURI', 'request_uri'],
    request_ip: ['requestIP', 'request_ip'],
    request_id: ['requestId', 'request_id'],
    request_method: ['requestMethod', 'request_method'],
    response_status: ['responseStatus', 'response_status'],
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
};

/** Which of a file's columns are which of ours. */
export interface ColumnMatch {
  /** By our name, the file's: several where a file has a value under both of its names. */
  readonly found: ReadonlyMap<string, readonly string[]>;
  /** The first name of each of our columns that the file lacks. */
  readonly absent: readonly string[];
  /** The file's that are none of ours. */
  readonly ignored: readonly string[];
}

/**
 * Finds our columns among a file's, in any case, with or without `_`, `-` and spaces.
 * @throws Error if a needed column is missing; the message names the columns wanted and found
 */
export function matchColumns(names: readonly string[], kind: ExportKind): ColumnMatch {
  const match = findColumns(names, kind);
  const missing = kind.needed.filter((column) => !match.found.has(column));
  if (missing.length === 0) return match;
  const wanted = kind.needed.map((column) => (kind.columns[column] ?? []).join(' or ')).join(', ');
  throw new Error(
    `an export of ${kind.title} needs the columns ${wanted}, and these were found: ${showNames(names)}.${hintSwapped(names, kind)}`,
  );
}

/** How many of these names are those of a column. */
export function countKnown(names: readonly string[], kind: ExportKind): number {
  return [...findColumns(names, kind).found.values()].flat().length;
}

function findColumns(names: readonly string[], { columns }: ExportKind): ColumnMatch {
  const byWritten = new Map(
    Object.entries(columns).flatMap(([column, known]) => known.map((name) => [simplify(name), column])),
  );
  const found = new Map<string, string[]>();
  for (const name of names) {
    const column = byWritten.get(simplify(name));
    if (column !== undefined) found.set(column, [...(found.get(column) ?? []), name]);
  }
  return {
    found,
    absent: Object.entries(columns).flatMap(([column, [name = column]]) => (found.has(column) ? [] : [name])),
    ignored: names.filter((name) => name !== '' && !byWritten.has(simplify(name))),
  };
}

function hintSwapped(names: readonly string[], kind: ExportKind): string {
  const other = kind === USAGE_EXPORT ? EVENTS_EXPORT : USAGE_EXPORT;
  const { found } = findColumns(names, other);
  return other.needed.every((column) => found.has(column))
    ? ` They are those of an export of ${other.title}, which ${other.switchName} takes.`
    : '';
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, '');
}
