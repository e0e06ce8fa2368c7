import { quoteSql } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { countKnown, matchColumns } from './export-columns.ts';
import { insertRawSql, pathSql } from './raw-table.ts';
import type { ExportFile, FileOutcome } from './raw-table.ts';
import { scanTextFile } from './text-file.ts';

/** A row without any value, which spreadsheets leave behind. It is not counted. */
const BLANK = 'is blank';

/** The reasons for which the database refuses a line. If one line has several, the alphabetically last key is reported. */
const PROBLEMS: Readonly<Record<string, string>> = {
  'INVALID ENCODING': 'is not UTF-8',
  'LINE SIZE OVER MAXIMUM': 'is too long',
  'MISSING COLUMNS': 'has fewer values than the header has names',
  'TOO MANY COLUMNS': 'has more values than the header has names',
  'UNQUOTED VALUE': 'has a quote that is not closed, or text after a closing quote',
};

/** Reads a CSV file (RFC 4180) into `raw`. @throws Error if it can't be read or lacks a needed column */
export async function readCsvExport(database: Database, file: ExportFile): Promise<FileOutcome> {
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
  const problem = `case when coalesce(${columns.join(', ')}) is null then '${BLANK}' end`;
  const reasons = Object.entries(PROBLEMS).map(
    ([type, text]) => `when ${quoteSql(type)} then ${quoteSql(text)}`,
  );
  // The tables of refused lines belong to one connection, so a single run reads, copies and drops them.
  await database.run(`
    ${insertRawSql(file, match, valueSql, { from: reader('rows'), problem })};
    insert into raw (file, line, problem)
      select ${number}, line, case kind ${reasons.join(' ')} else lower(kind) end
      from (select line, max(error_type::varchar) as kind from reject_rows group by line);
    drop table reject_rows; drop table reject_scan_rows`);
  const [counts] = await database.read(`select count(nth), count(line) from raw where file = ${number}`);
  const [read = 0, refused = 0] = (counts ?? []).map(Number);
  await database.run(`delete from raw where file = ${number} and problem = '${BLANK}'`);

  const linesBelowHeader = lines - 1;
  if (linesBelowHeader === read + refused) return { unit: 'line', match, lost: 0 };
  // Either some values contain line ends, or the database skipped lines without reporting them.
  const [extra] = await database.read(`
    select coalesce(sum(len(list_filter(string_split(replace(whole, chr(13), chr(10)), chr(10)), lambda part: part <> '')) - 1), 0)
    from (select concat_ws(',', *columns(*)) as whole from ${reader('again')}) where contains(whole, chr(10)) or contains(whole, chr(13))`);
  return {
    unit: 'line',
    match,
    lost: Math.max(0, linesBelowHeader - read - refused - Number(extra?.[0] ?? 0)),
  };
}

/** The first line of a CSV file. */
export interface CsvHeader {
  readonly delimiter: Delimiter;
  /** The names of the columns, in the order of the file. */
  readonly names: readonly string[];
}

const DELIMITERS = [',', ';', '\t'] as const;
type Delimiter = (typeof DELIMITERS)[number];

/**
 * Reads the header of a CSV file (RFC 4180). The delimiter is the one that yields the most known names and, if several do,
 * the most names.
 *
 * @param countNames counts the known names among the given ones
 */
export function readCsvHeader(line: string, countNames: (names: readonly string[]) => number): CsvHeader {
  const [first, ...others] = DELIMITERS.map((delimiter) => {
    const names = splitLine(line, delimiter);
    return { delimiter, names, known: countNames(names) };
  });
  const best = others.reduce(
    (left, right) =>
      right.known > left.known || (right.known === left.known && right.names.length > left.names.length)
        ? right
        : left,
    first!,
  );
  return { delimiter: best.delimiter, names: best.names };
}

function splitLine(line: string, delimiter: string): readonly string[] {
  const value = new RegExp(
    `(?: *"((?:[^"]|"")*)"[^${delimiter}]*|([^${delimiter}]*))(?:${delimiter}|$)`,
    'y',
  );
  const names: string[] = [];
  while (value.lastIndex <= line.length) {
    const [whole = '', quoted, plain = ''] = value.exec(line) ?? [];
    names.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    if (!whole.endsWith(delimiter)) break;
  }
  return names;
}
