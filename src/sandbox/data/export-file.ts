import { access } from 'node:fs/promises';
import type { Database } from '../db/database.ts';
import { readCsvExport } from './csv-export.ts';
import { EXPORT_ENDINGS, matchColumns } from './export-columns.ts';
import type { ExportKind } from './export-columns.ts';
import { readJsonExport, readNdjsonExport } from './json-export.ts';
import { insertRawSql, pathSql } from './raw-table.ts';
import type { ExportFile, FileOutcome } from './raw-table.ts';
import type { Compression } from './text-file.ts';

/**
 * Reads an export into `raw`.
 *
 * @param number of the file among those of one source, from 0
 * @throws Error if the file can't be read or lacks a needed column; the message names the file
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
  csv: readCsvExport,
  json: readJsonExport,
  ndjson: readNdjsonExport,
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
    throw new Error(`its name must end in ${EXPORT_ENDINGS}`);
  return { format, compression: COMPRESSIONS[packed ?? ''] ?? 'uncompressed' };
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
  await database.run(insertRawSql(file, match, valueSql, { from: reader, problem: 'null' }));
  return { unit: 'row', match, lost: 0 };
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** The cause as one sentence. Of a message of the database only the first line matters; its settings follow. */
function explain(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (Object.hasOwn(FILE_ERRORS, code)) return FILE_ERRORS[code]!;
  const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  if (message.includes('state machine reached an invalid state'))
    return 'its lines end in different ways (CRLF, LF); save it with one of them';
  if (message.includes('maximum_object_size'))
    return 'one value in it is larger than 16 MiB. If the rows are in a list within an object, as in {"data": […]}, save that list alone';
  if (/unexpected end of file/.test(message)) return 'it is cut off: its compressed data ends too early';
  return message;
}
