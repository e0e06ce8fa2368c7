import type { Database, SqlValue } from '../db/database.ts';
import type { Dialect, PageOffsetUnit } from '../options.ts';
import { readInstant } from './instant.ts';
import { Refusal } from './refusal.ts';
import { usageRecordSql } from './usage-record.ts';

export interface UsageListSettings {
  readonly dialect: Dialect;
  readonly pageOffset: PageOffsetUnit;
  readonly maxPageSize: number;
  readonly nextPageToken: boolean;
  /** How dense the log is, to begin with a stretch that is likely to hold a page. */
  readonly rowsPerMs: number;
}

export interface UsagePage {
  /** Each a JSON object. */
  readonly rows: readonly string[];
  /** null: the last page, or a vendor that gives none. */
  readonly nextPageToken: string | null;
}

const WEEK_MS = 7 * 86_400_000;

/**
 * `GET /usage`: newest first, from `from` (in) to `to` (in).
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
  const asked = Number(query.get('pageOffset') ?? 0);
  const offset = token?.offset ?? (settings.pageOffset === 'pages' ? asked * limit : asked);

  const filter = encodeFilter(query);
  const rows = await readNewest(database, filter, { fromMs, toMs, offset, limit: limit + 1 }, settings);
  const more = rows.length > limit;
  return {
    rows: rows.slice(0, limit),
    nextPageToken:
      more && settings.nextPageToken ? writeToken({ fromMs, toMs, offset: offset + limit }) : null,
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
 * The newest rows first, from a stretch that grows until it holds enough or is the whole range: sorting all rows for each
 * page would cost ten times as much.
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
    const lowMs = Math.max(fromMs, toMs - lengthMs);
    const rows = await database.read(sql, [
      BigInt(lowMs),
      BigInt(toMs),
      ...filter.values,
      BigInt(limit),
      BigInt(offset),
    ]);
    if (rows.length === limit || lowMs <= fromMs) return rows.map(([json]) => json as string);
    lengthMs *= 8;
  }
}

function readBound(query: URLSearchParams, name: string, fallbackMs: number): number {
  const text = query.get(name);
  if (text === null) return fallbackMs;
  const ms = readInstant(text);
  if (ms === null) throw new Refusal(400, `${name} is to be in the ISO8601 format.`);
  return ms;
}

interface Token {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offset: number;
}

function writeToken({ fromMs, toMs, offset }: Token): string {
  return Buffer.from(`${fromMs}.${toMs}.${offset}`).toString('base64url');
}

function readToken(text: string | null): Token | null {
  if (text === null) return null;
  const match = /^(-?\d{1,15})\.(-?\d{1,15})\.(\d{1,9})$/.exec(Buffer.from(text, 'base64url').toString());
  if (match === null) throw new Refusal(400, 'nextPage is not a token of ours.');
  return { fromMs: Number(match[1]), toMs: Number(match[2]), offset: Number(match[3]) };
}
