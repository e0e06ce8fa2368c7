import type { Database, SqlValue } from '../db/database.ts';
import type { Dialect, PageOffsetUnit } from '../options.ts';
import { DAY_MS } from '../time.ts';
import { readInstant } from './instant.ts';
import { usageRecordSql } from './usage-record.ts';
import { Refusal } from './vendor-api.ts';

interface UsageListSettings {
  readonly dialect: Dialect;
  readonly pageOffset: PageOffsetUnit;
  readonly maxPageSize: number;
  readonly nextPageToken: boolean;
  /** The average density of the log. It decides the length of the span that is read first. */
  readonly rowsPerMs: number;
}

interface UsagePage {
  /** Each is a JSON object. */
  readonly rows: readonly string[];
  /** null: this is the last page, or the sandbox gives no tokens. */
  readonly nextPageToken: string | null;
}

const WEEK_MS = 7 * DAY_MS;

/**
 * `GET /usage`: newest first, from `from` to `to`, both inclusive.
 *
 * @throws Refusal 400
 */
export async function listUsage(
  database: Database,
  query: URLSearchParams,
  settings: UsageListSettings,
  nowMs: number,
): Promise<UsagePage> {
  const token = readToken(query.get('nextPage'));
  const fromMs = token?.fromMs ?? readBound(query, 'from', nowMs - WEEK_MS);
  const toMs = token?.toMs ?? readBound(query, 'to', nowMs);
  const limit = Math.min(Number(query.get('pageSize') ?? 100), settings.maxPageSize);
  const pageOffset = Number(query.get('pageOffset') ?? 0);
  const offset = token?.offset ?? (settings.pageOffset === 'pages' ? pageOffset * limit : pageOffset);

  const filter = encodeFilter(query);
  const rows = await readNewest(database, filter, { fromMs, toMs, offset, limit: limit + 1 }, settings);
  const hasMore = rows.length > limit;
  return {
    rows: rows.slice(0, limit),
    nextPageToken:
      hasMore && settings.nextPageToken ? writeToken({ fromMs, toMs, offset: offset + limit }) : null,
  };
}

interface Filter {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

function encodeFilter(query: URLSearchParams): Filter {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  const add = (sql: string, ...given: SqlValue[]) => {
    parts.push(`and ${sql}`);
    values.push(...given);
  };
  const marks = (list: readonly string[]) => list.map(() => '?').join(', ');

  const hub = query.get('hub');
  if (hub !== null) add('hub = ?', hub);
  const keys = query.getAll('keys[]');
  if (keys.length > 0) add(`element_key in (${marks(keys)})`, ...keys);
  const tags = query.getAll('tags[]');
  if (tags.length > 0) {
    add(
      `(list_has_any(element_tags, [${marks(tags)}]) or list_has_any(instance_tags, [${marks(tags)}]))`,
      ...tags,
      ...tags,
    );
  }
  const status = query.get('status');
  if (status !== null) add('upper(request_status) = ?', status.toUpperCase());
  const searchText = query.get('searchText');
  if (searchText !== null) {
    add(
      `contains(lower(concat_ws(' ', id, element_key, element_name, element_api, instance_name, request_uri, request_ip)), lower(?))`,
      searchText,
    );
  }
  return { sql: parts.join(' '), values };
}

interface PageRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offset: number;
  readonly limit: number;
}

/**
 * Reads the newest rows, from a span that grows until it holds enough or is the whole range. To sort all rows for each page
 * would take ten times as long.
 */
async function readNewest(
  database: Database,
  filter: Filter,
  { fromMs, toMs, offset, limit }: PageRange,
  { dialect, rowsPerMs }: UsageListSettings,
): Promise<readonly string[]> {
  const sql = `
    select ${usageRecordSql(dialect)} from (
      select * from usage
      where happened_at >= epoch_ms(?::bigint) and happened_at <= epoch_ms(?::bigint) ${filter.sql}
      order by happened_at desc, seq desc limit ? offset ?
    ) order by happened_at desc, seq desc`;
  let lengthMs = Math.ceil((2 * (offset + limit)) / rowsPerMs);
  for (;;) {
    const spanFromMs = Math.max(fromMs, toMs - lengthMs);
    const rows = await database.read(sql, [
      BigInt(spanFromMs),
      BigInt(toMs),
      ...filter.values,
      BigInt(limit),
      BigInt(offset),
    ]);
    if (rows.length === limit || spanFromMs <= fromMs) return rows.map(([json]) => json as string);
    lengthMs *= 8;
  }
}

function readBound(query: URLSearchParams, name: string, fallbackMs: number): number {
  const text = query.get(name);
  if (text === null) return fallbackMs;
  const ms = readInstant(text);
  if (ms === null) throw new Refusal(400, `${name} must be a time in ISO 8601.`);
  return ms;
}

interface PageToken {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offset: number;
}

function writeToken({ fromMs, toMs, offset }: PageToken): string {
  return Buffer.from(`${fromMs}.${toMs}.${offset}`).toString('base64url');
}

function readToken(text: string | null): PageToken | null {
  if (text === null) return null;
  const match = /^(-?\d{1,15})\.(-?\d{1,15})\.(\d{1,9})$/.exec(Buffer.from(text, 'base64url').toString());
  if (match === null) throw new Refusal(400, 'nextPage is not a token of this API.');
  return { fromMs: Number(match[1]), toMs: Number(match[2]), offset: Number(match[3]) };
}
