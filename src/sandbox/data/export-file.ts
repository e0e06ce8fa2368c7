import { access } from 'node:fs/promises';
import type { Database } from '../db/database.ts';
import { quoteSql, quoteSqlList } from '../db/sql.ts';
import { countKnown, EXPORT_ENDINGS, matchColumns } from './export-columns.ts';
import type { ColumnMatch, ExportKind } from './export-columns.ts';
import { readCsvHeader, scanTextFile } from './text-file.ts';
import type { Compression, TextScan } from './text-file.ts';

/** What came of reading one file into `raw`. */
export interface FileOutcome {
  /** What `place` of a row counts: lines of the file, its header included, or its rows. */
  readonly unit: 'line' | 'row';
  readonly match: ColumnMatch;
  /** Lines that are part of no row, read or refused. */
  readonly lost: number;
}

/** A file under way. */
interface ExportFile {
  readonly path: string;
  /** Its number among those of one source. */
  readonly number: number;
  readonly kind: ExportKind;
  readonly compression: Compression;
}

/**
 * Creates `raw`, which takes the rows of one source's files as text: `nth` numbers those of a file that were read; one that
 * was refused has a `problem`, and a `line` instead.
 */
export async function createRawTable(database: Database, { columns }: ExportKind): Promise<void> {
  const texts = Object.keys(columns).map((name) => `${name} varchar`);
  await database.run(
    `create or replace table raw (file bigint, nth bigint, line bigint, problem varchar, ${texts.join(', ')})`,
  );
}

/**
 * Reads a file into `raw`.
 * @throws Error if it can't be read or has not the columns that are needed; the message names the file
 */
export async function readExportFile(
  database: Database,
  path: string,
  number: number,
  kind: ExportKind,
): Promise<FileOutcome> {
  try {
    await access(path);
    const { format, compression } = readEnding(path);
    return await READERS[format](database, { path, number, kind, compression });
  } catch (error) {
    throw new Error(`${path} can't be read: ${explain(error)}`, { cause: error });
  }
}

type Format = 'csv' | 'json' | 'ndjson' | 'parquet';

const READERS: Readonly<Record<Format, (database: Database, file: ExportFile) => Promise<FileOutcome>>> = {
  csv: readCsv,
  json: async (database, file) => {
    const scan = await scanTextFile(file.path, file.compression);
    return readJson(database, file, scan, scan.head.trimStart().startsWith('[') ? 'array' : 'unstructured');
  },
  ndjson: async (database, file) =>
    readJson(database, file, await scanTextFile(file.path, file.compression), 'newline_delimited'),
  parquet: readParquet,
};

const FORMATS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};
const COMPRESSIONS: Readonly<Record<string, Compression>> = { gz: 'gzip', zst: 'zstd' };

function readEnding(path: string): { readonly format: Format; readonly compression: Compression } {
  const [, ending = '', packed] = /\.([a-z]+)(?:\.(gz|zst))?$/.exec(path.toLowerCase()) ?? [];
  const format = FORMATS[ending];
  if (format === undefined || (format === 'parquet' && packed !== undefined))
    throw new Error(`its name is to end in ${EXPORT_ENDINGS}`);
  return { format, compression: COMPRESSIONS[packed ?? ''] ?? 'uncompressed' };
}

async function readCsv(database: Database, file: ExportFile): Promise<FileOutcome> {
  const { path, number, kind, compression } = file;
  const { head, newline, lines } = await scanTextFile(path, compression);
  const [headerLine = ''] = head.split(/\r\n|\r|\n/, 1);
  const { delimiter, names } = readCsvHeader(headerLine, (found) => countKnown(found, kind));
  const match = matchColumns(names, kind);
  const columns = names.map((_name, index) => `c${index}`);
  const reader = (tag: string) => `read_csv(${pathSql(path)}, auto_detect = false, header = true,
    delim = ${quoteSql(delimiter)}, quote = '"', escape = '"', new_line = ${quoteSql(JSON.stringify(newline).slice(1, -1))},
    compression = '${compression}', columns = {${columns.map((column) => `${column}: 'varchar'`).join(', ')}},
    store_rejects = true, rejects_table = 'reject_${tag}', rejects_scan = 'reject_scan_${tag}')`;
  const valueSql = (name: string) => columns.filter((_column, index) => names[index] === name);
  // The tables of rejects belong to the connection: one run reads, keeps and drops them.
  await database.run(`
    ${insertSql(file, match, valueSql, { from: reader('rows'), problem: `case when coalesce(${columns.join(', ')}) is null then '${BLANK}' end` })};
    insert into raw (file, line, problem)
      select ${number}, line, case kind ${Object.entries(CSV_PROBLEMS)
        .map(([type, problem]) => `when ${quoteSql(type)} then ${quoteSql(problem)}`)
        .join(' ')} else lower(kind) end
      from (select line, max(error_type::varchar) as kind from reject_rows group by line);
    drop table reject_rows; drop table reject_scan_rows`);
  const [counts] = await database.read(`select count(nth), count(line) from raw where file = ${number}`);
  const [read = 0, refused = 0] = (counts ?? []).map(Number);
  await database.run(`delete from raw where file = ${number} and problem = '${BLANK}'`);
  const beneath = lines - 1;
  if (beneath === read + refused) return { unit: 'line', match, lost: 0 };
  // Either values that have several lines, or lines that the database skipped without a word.
  const [spread] = await database.read(`
    select coalesce(sum(len(list_filter(string_split(replace(whole, chr(13), chr(10)), chr(10)), lambda part: part <> '')) - 1), 0)
    from (select concat_ws(',', *columns(*)) as whole from ${reader('again')}) where contains(whole, chr(10)) or contains(whole, chr(13))`);
  return { unit: 'line', match, lost: Math.max(0, beneath - read - refused - Number(spread?.[0] ?? 0)) };
}

/** A row without a single value, as spreadsheets leave them behind. */
const BLANK = 'is blank';

/** What the database says of a line, and what we say; where several hold, the last by its own name is told. */
const CSV_PROBLEMS: Readonly<Record<string, string>> = {
  'INVALID ENCODING': 'is not UTF-8',
  'LINE SIZE OVER MAXIMUM': 'is too long',
  'MISSING COLUMNS': 'has fewer values than the header has names',
  'TOO MANY COLUMNS': 'has more values than the header has names',
  'UNQUOTED VALUE': 'has a quote that is not closed, or text behind one that is',
};

async function readJson(
  database: Database,
  file: ExportFile,
  scan: TextScan,
  format: 'array' | 'unstructured' | 'newline_delimited',
): Promise<FileOutcome> {
  const { path, number, kind, compression } = file;
  const isByLine = format === 'newline_delimited';
  const reader = `read_json_objects(${pathSql(path)}, format = '${format}', compression = '${compression}'${isByLine ? ', ignore_errors = true' : ''})`;
  // The database takes a byte order mark for a part of the first line.
  const [firstLine = ''] = scan.head.split(/\r?\n/, 1);
  const json =
    isByLine && scan.hasByteOrderMark
      ? `case when row_number() over () = 1 then try_cast(${quoteSql(firstLine)} as json) else json end`
      : 'json';
  const rows = `(select ${json} as json from ${reader})`;
  const keys = await database.read(`
    select key, max(json_type(json, '/' || replace(replace(key, '~', '~0'), '/', '~1')))
    from (select json, unnest(json_keys(json)) as key from ${rows} where json_type(json) = 'OBJECT') group by key order by key`);
  const match = matchJsonColumns(
    keys.map(([key, type]) => ({ key: key as string, isList: type === 'ARRAY' })),
    kind,
  );
  const pointers = [...match.found.values()].flat();
  const pointerSql = pointers.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  await database.run(
    insertSql(file, match, (name) => [`fields[${pointers.indexOf(name) + 1}]`], {
      from: `(select json, json_extract_string(json, ${quoteSqlList(pointerSql)}) as fields from ${rows})`,
      problem: `case when json is null then 'is no JSON' when json_type(json) <> 'OBJECT' then 'is no JSON object' end`,
    }),
  );
  const [count] = await database.read(`select count(*) from raw where file = ${number}`);
  return { unit: 'row', match, lost: isByLine ? Math.max(0, scan.lines - Number(count?.[0] ?? 0)) : 0 };
}

/** @throws Error as `matchColumns`; if the rows may lie within a list, it says so */
function matchJsonColumns(
  keys: readonly { readonly key: string; readonly isList: boolean }[],
  kind: ExportKind,
): ColumnMatch {
  try {
    return matchColumns(
      keys.map(({ key }) => key),
      kind,
    );
  } catch (error) {
    const [list, ...others] = keys.filter(({ isList }) => isList);
    if (list === undefined || others.length > 0) throw error;
    throw new Error(
      `${explain(error)} If the rows are in the list '${list.key}', write that list alone, as by: jq '.${list.key}'.`,
      { cause: error },
    );
  }
}

async function readParquet(database: Database, file: ExportFile): Promise<FileOutcome> {
  const reader = `read_parquet(${pathSql(file.path)})`;
  const described = await database.read(`describe select * from ${reader}`);
  const types = new Map(described.map(([name, type]) => [name as string, type as string]));
  const match = matchColumns([...types.keys()], file.kind);
  const valueSql = (name: string) => {
    const column = `"${name.replaceAll('"', '""')}"`;
    return [types.get(name)?.endsWith('[]') ? `to_json(${column})::varchar` : `${column}::varchar`];
  };
  await database.run(insertSql(file, match, valueSql, { from: reader, problem: 'null' }));
  return { unit: 'row', match, lost: 0 };
}

/** @param valueSql the values of a column of the file, as text */
function insertSql(
  { number, kind }: ExportFile,
  { found }: ColumnMatch,
  valueSql: (name: string) => readonly string[],
  { from, problem }: { readonly from: string; readonly problem: string },
): string {
  const columns = Object.keys(kind.columns).map((column) => {
    const values = [...new Set(found.get(column) ?? [])].flatMap(valueSql).map((sql) => `nullif(${sql}, '')`);
    return `${values.length === 0 ? 'null' : `coalesce(${values.join(', ')})`} as ${column}`;
  });
  return `insert into raw by name
    select ${number} as file, row_number() over () as nth, ${problem} as problem, ${columns.join(', ')} from ${from}`;
}

/** A path as the database takes it: not as a pattern, which might match another file. */
function pathSql(path: string): string {
  return quoteSql(path.replaceAll(/[*?[]/g, '[$&]'));
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** The database adds all of its settings beneath what it says. */
function explain(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (Object.hasOwn(FILE_ERRORS, code)) return FILE_ERRORS[code]!;
  const [said = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  if (said.includes('state machine reached an invalid state'))
    return 'its lines end in different ways (CRLF, LF); save it with one of them';
  if (said.includes('maximum_object_size'))
    return 'one value of it has more than 16 MiB. If the rows are in a list within an object, as in {"data": […]}, write that list alone';
  if (/unexpected end of file/.test(said)) return 'it is cut off: its compressed data ends too early';
  return said;
}
