import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { ArchiveRefused } from '../store.ts';
import type { SqlValue } from './conditions.ts';

/** A database on a server. Each statement ends within its time, and fails with an Error that holds no value and no password. */
export interface Database {
  readonly name: string;
  readonly isReplicated: boolean;
  /** The rows as arrays in the order of the columns; int64 as decimal text. Each `?` stands for one of the values. */
  read(sql: string, values?: readonly SqlValue[]): Promise<readonly (readonly unknown[])[]>;
  /** Writes rows as one block, so that a reader sees all of them or none. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Promise<void>;
  /** Runs a statement that gives no rows. */
  run(sql: string, values?: readonly SqlValue[]): Promise<void>;
  close(): Promise<void>;
}

/** How long a statement may take, in milliseconds. */
export interface Timeouts {
  readonly readMs: number;
  readonly writeMs: number;
}

/** Where the database is. */
export interface Address {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Whether the tables are kept on several replicas. */
  readonly isReplicated: boolean;
}

/** The server refused a statement. `code` is its number of the fault. */
export class ClickHouseFault extends Error {
  override readonly name = 'ClickHouseFault';
  readonly code: string | null;
  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

const PORTS = { 'clickhouse:': 8123, 'clickhouses:': 8443 } as const;
const SHAPE = 'clickhouse://user:password@host:8123/database (clickhouses:// for TLS)';
const REPLICATED = '?replicated=true';

/**
 * Reads an address such as `clickhouse://user:password@host:8123/database`, or one that ends in `?replicated=true`.
 * @throws ArchiveRefused without the address, because it may hold a password
 */
export function readAddress(text: string): Address {
  const url = URL.parse(text);
  const isKnown = url?.protocol === 'clickhouse:' || url?.protocol === 'clickhouses:';
  const [database = '', ...rest] = url?.pathname.slice(1).split('/') ?? [];
  const isOdd = rest.length > 0 || !['', REPLICATED].includes(url?.search ?? '') || url?.hash !== '';
  if (!url || !isKnown || url.hostname === '' || isOdd)
    throw new ArchiveRefused(`The address of the archive is not of the form ${SHAPE}.`);
  const port = url.port || PORTS[url.protocol as keyof typeof PORTS];
  try {
    return {
      url: `${url.protocol === 'clickhouses:' ? 'https' : 'http'}://${url.hostname}:${port}`,
      username: decodeURIComponent(url.username) || 'default',
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(database) || 'default',
      isReplicated: url.search === REPLICATED,
    };
  } catch {
    throw new ArchiveRefused(
      `The address of the archive has a % that begins no code. Write a % in a password as %25: ${SHAPE}.`,
    );
  }
}

/** Rows are sent as one block whatever their number and size, because only a block is written as a whole. */
const ONE_BLOCK = {
  async_insert: 0,
  input_format_parallel_parsing: 0,
  max_insert_block_size: '10000000',
  min_insert_block_size_rows: '10000000',
  min_insert_block_size_bytes: '0',
  input_format_null_as_default: 1,
  // Rows that were deleted may be written again.
  insert_deduplicate: 0,
  // Through a Distributed table, too, an insert ends when the rows are written.
  distributed_foreground_insert: 1,
} as const;

/** Each replica that answers has every row that was written, and refuses if it has not. */
const SAME_ON_ALL = {
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  select_sequential_consistency: '1',
} as const;

/** Makes the client. Nothing is sent yet. */
export function connectDatabase(address: Address, { readMs, writeMs }: Timeouts): Database {
  const { isReplicated, ...access } = address;
  const client = createClient({
    ...access,
    application: 'sightline',
    request_timeout: Math.max(readMs, writeMs),
    // Values stay out of URLs, which servers and proxies log.
    use_multipart_params: true,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      cancel_http_readonly_queries_on_client_close: 1,
      ...(isReplicated ? SAME_ON_ALL : {}),
    },
  });

  async function send<T>(
    limitMs: number,
    work: (client: ClickHouseClient, bounds: Bounds) => Promise<T>,
  ): Promise<T> {
    const signal = AbortSignal.timeout(limitMs);
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () =>
        reject(new Error(`ClickHouse at ${address.url} did not answer within ${limitMs} ms.`)),
      );
    });
    const settings = { max_execution_time: Math.ceil(limitMs / 1_000) };
    const answer = work(client, { abort_signal: signal, clickhouse_settings: settings });
    return Promise.race([answer.catch((error: unknown) => raise(error, address.url)), late]);
  }

  return {
    name: address.database,
    isReplicated,
    read: async (sql, values = []) =>
      send(readMs, async (sender, bounds) => {
        const result = await sender.query({ ...bind(sql, values), format: 'JSONCompactEachRow', ...bounds });
        return result.json<readonly unknown[]>();
      }),
    insert: async (table, columns, values) =>
      send(writeMs, async (sender, { clickhouse_settings, abort_signal }) => {
        const [first, ...others] = columns;
        if (first === undefined || values.length === 0) return;
        await sender.insert({
          table,
          columns: [first, ...others],
          values,
          format: 'JSONCompactEachRow',
          abort_signal,
          clickhouse_settings: { ...clickhouse_settings, ...ONE_BLOCK },
        });
      }),
    run: async (sql, values = []) =>
      send(writeMs, async (sender, bounds) => {
        await sender.command({ ...bind(sql, values), ...bounds });
      }),
    close: async () => client.close(),
  };
}

interface Bounds {
  readonly abort_signal: AbortSignal;
  readonly clickhouse_settings: { readonly max_execution_time: number };
}

function bind(
  sql: string,
  values: readonly SqlValue[],
): { query: string; query_params: Record<string, unknown> } {
  let place = 0;
  const query = sql.replaceAll('?', () => `{p${place}:${values[place++]?.type ?? ''}}`);
  return { query, query_params: Object.fromEntries(values.map(({ value }, at) => [`p${at}`, value])) };
}

/** The texts of both the server and the client may quote values, so only names and numbers of faults are repeated. */
function raise(error: unknown, url: string): never {
  const { code, type } = (error ?? {}) as { readonly code?: unknown; readonly type?: unknown };
  const number = typeof code === 'string' ? code : null;
  const said = [typeof type === 'string' ? type : null, number].filter((word) => word !== null).join(' ');
  throw new ClickHouseFault(`ClickHouse at ${url} failed: ${said || 'it gave no proper answer'}.`, number);
}
