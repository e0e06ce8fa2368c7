import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Range } from '../../base/time.ts';
import type { FileColumns } from './columns.ts';

/** What the database needs to know of a source's columns. */
type ColumnTypes = Pick<FileColumns<never>, 'content' | 'time' | 'order' | 'types'>;

/** How much memory the database may use before it spills to the disk. */
const MEMORY_LIMIT = '512MB';

/** Runs work over an empty database in memory, which writes and reads Parquet whichever engine the archive has. */
export async function withDatabase<T>(work: (database: DuckDBConnection) => Promise<T>): Promise<T> {
  const spill = await mkdtemp(join(tmpdir(), 'sightline-evidence-'));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    threads: '2',
    temp_directory: spill,
  });
  try {
    const connection = await instance.connect();
    try {
      await connection.run("set TimeZone = 'UTC'");
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
    await rm(spill, { recursive: true, force: true });
  }
}

/** Fills the table of the columns with rows. */
export async function stageRows<Row>(
  database: DuckDBConnection,
  columns: FileColumns<Row>,
  pages: AsyncIterable<readonly Row[]>,
): Promise<void> {
  await createTable(database, columns.content, columns);
  const isTime = (type: string): boolean => type === 'TIMESTAMP_MS';
  const shape = Object.fromEntries(
    Object.entries(columns.types).map(([name, type]) => [name, isTime(type) ? 'BIGINT' : type]),
  );
  const values = Object.entries(columns.types).map(([name, type]) =>
    isTime(type) ? `epoch_ms("${name}") as "${name}"` : `"${name}"`,
  );
  const insert = `insert into ${columns.content} by name select ${values.join(', ')}
    from (select unnest(from_json(?::json, '${JSON.stringify([shape])}'), recursive := true))`;
  for await (const page of pages)
    if (page.length > 0)
      await database.run(insert, [
        JSON.stringify(
          page.map((row) => columns.encode(row)),
          wellFormed,
        ),
      ]);
}

async function createTable(database: DuckDBConnection, table: string, { types }: ColumnTypes): Promise<void> {
  const columns = Object.entries(types).map(([name, type]) => `"${name}" ${type}`);
  await database.run(`create or replace table ${table} (${columns.join(', ')})`);
}

/** The database refuses half a surrogate pair. */
function wellFormed(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/** Whether a file has the rows that are staged. When a row was first seen does not count, nor do columns that the file lacks and no row fills. */
export async function hasSameRows(
  database: DuckDBConnection,
  columns: ColumnTypes,
  path: string,
): Promise<boolean> {
  await createTable(database, 'sealed', columns);
  await database.run(`insert into sealed by name select * from ${readerOf(path)}`);
  const rows = (table: string): string => `select * exclude ("firstSeenAt") from ${table}`;
  const [row] = await readRows(
    database,
    `select (select count(*) from (${rows(columns.content)} except all ${rows('sealed')})) + (select count(*) from (${rows('sealed')} except all ${rows(columns.content)}))`,
  );
  await database.run('drop table sealed');
  return Number(row?.[0]) === 0;
}

/**
 * Writes the rows that are staged in the order of the graph: newest first, then the greater id first.
 * @returns how many
 */
export async function writeRows(
  database: DuckDBConnection,
  columns: ColumnTypes,
  path: string,
): Promise<number> {
  await database.run(
    `copy (from ${columns.content} order by ${columns.order.map((name) => `"${name}" desc`).join(', ')}) to ${quote(path)} (format parquet, compression zstd, use_tmp_file false)`,
  );
  return countStaged(database, columns);
}

export async function countStaged(database: DuckDBConnection, { content }: ColumnTypes): Promise<number> {
  const [row] = await readRows(database, `select count(*) from ${content}`);
  return Number(row?.[0]);
}

/** What the rows of a file show. */
export interface RowsFound {
  readonly rows: number;
  /** The first row, counted from 1, that does not come after the row before it in the order of the graph; null: none. */
  readonly disorderedAt: number | null;
  /** Rows of another time than the day. */
  readonly outside: number;
}

/** @throws Error if this is no Parquet file with these columns */
export async function inspectRows(
  database: DuckDBConnection,
  { time, order, types }: ColumnTypes,
  path: string,
  { fromMs, toMs }: Range,
): Promise<RowsFound> {
  const reader = readerOf(path, 'file_row_number = true');
  const places = order.map((name) => `"${name}"::${types[name]}`);
  const [row] = await readRows(
    database,
    `select count(*), min(nth) filter (not is_first and not coalesce(place < place_before, false)),
      count(*) filter (not coalesce(at_ms >= ${fromMs} and at_ms < ${toMs}, false))
    from (
      select nth, at_ms, place, nth = 0 as is_first, lag(place) over file as place_before
      from (select file_row_number as nth, epoch_ms("${time}") as at_ms, row(${places.join(', ')}) as place from ${reader})
      window file as (order by nth)
    )`,
  );
  const [rows, disordered, outside] = row ?? [];
  return {
    rows: Number(rows),
    disorderedAt: typeof disordered === 'bigint' ? Number(disordered) + 1 : null,
    outside: Number(outside),
  };
}

/** The rows of a sealed file, page by page, in its order. */
export async function* readSealedRows<Row>(
  database: DuckDBConnection,
  columns: FileColumns<Row>,
  path: string,
): AsyncGenerator<readonly Row[]> {
  const described = await readRows(database, `describe select * from ${readerOf(path)}`);
  const values = described.map(([name, type]) =>
    String(type).startsWith('TIMESTAMP')
      ? `epoch_ms("${String(name)}") as "${String(name)}"`
      : `"${String(name)}"`,
  );
  const result = await database.stream(`select ${values.join(', ')} from ${readerOf(path)}`);
  for await (const rows of result.yieldRowObjectJs()) yield rows.map((row) => columns.decode(row));
}

async function readRows(database: DuckDBConnection, sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await database.runAndReadAll(sql)).getRowsJS();
}

/** The database takes a path for a pattern, and a folder such as `a=b` in it for a column. */
function readerOf(path: string, option?: string): string {
  const options = ['hive_partitioning = false', ...(option === undefined ? [] : [option])];
  return `read_parquet(${quote(path.replaceAll(/[*?[]/g, '[$&]'))}, ${options.join(', ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
