import { quoteSql } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import type { ColumnMatch, ExportKind } from './export-columns.ts';
import type { Compression } from './text-file.ts';

/** A file that is being read. */
export interface ExportFile {
  readonly path: string;
  /** Its number among the files of one source, from 0. */
  readonly number: number;
  readonly kind: ExportKind;
  readonly compression: Compression;
}

/** The result of reading one file into `raw`. */
export interface FileOutcome {
  /** How a row's place in the file is counted: by lines, the header included, or by rows. */
  readonly unit: 'line' | 'row';
  readonly match: ColumnMatch;
  /** Lines of the file that belong to no row, neither a read nor a refused one. */
  readonly lost: number;
}

/**
 * Creates `raw`, which takes the rows of one source's files as text. `nth` numbers the rows of a file that were read. A row
 * that the database refused has a `problem`, and a `line` instead of `nth`.
 */
export async function createRawTable(database: Database, { columns }: ExportKind): Promise<void> {
  const texts = Object.keys(columns).map((name) => `${name} varchar`);
  await database.run(
    `create or replace table raw (file bigint, nth bigint, line bigint, problem varchar, ${texts.join(', ')})`,
  );
}

/**
 * The SQL that inserts the rows of a file into `raw`.
 *
 * @param valueSql the SQL of a column of the file, as text; several if columns of the file have the same name
 */
export function insertRawSql(
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

/** A path as an SQL literal, escaped because the database takes a path for a pattern that may match other files. */
export function pathSql(path: string): string {
  return quoteSql(path.replaceAll(/[*?[]/g, '[$&]'));
}
