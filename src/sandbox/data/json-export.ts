import { quoteSql, quoteSqlList } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { matchColumns } from './export-columns.ts';
import type { ColumnMatch, ExportKind } from './export-columns.ts';
import { insertRawSql, pathSql } from './raw-table.ts';
import type { ExportFile, FileOutcome } from './raw-table.ts';
import { scanTextFile } from './text-file.ts';
import type { TextScan } from './text-file.ts';

/** Reads a list of objects, or objects one after the other, into `raw`. @throws Error as `readNdjsonExport` */
export async function readJsonExport(database: Database, file: ExportFile): Promise<FileOutcome> {
  const scan = await scanTextFile(file.path, file.compression);
  return await readObjects(
    database,
    file,
    scan,
    scan.head.trimStart().startsWith('[') ? 'array' : 'unstructured',
  );
}

/** Reads one object from each line into `raw`. @throws Error if the file can't be read or lacks a needed column */
export async function readNdjsonExport(database: Database, file: ExportFile): Promise<FileOutcome> {
  const scan = await scanTextFile(file.path, file.compression);
  return await readObjects(database, file, scan, 'newline_delimited');
}

async function readObjects(
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
  const match = matchKeys(
    keys.map(([key, type]) => ({ key: key as string, isList: type === 'ARRAY' })),
    kind,
  );
  const names = [...match.found.values()].flat();
  const pointers = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  await database.run(
    insertRawSql(file, match, (name) => [`fields[${names.indexOf(name) + 1}]`], {
      from: `(select json, json_extract_string(json, ${quoteSqlList(pointers)}) as fields from ${rows})`,
      problem: `case when json is null then 'is not JSON' when json_type(json) <> 'OBJECT' then 'is not a JSON object' end`,
    }),
  );
  const [count] = await database.read(`select count(*) from raw where file = ${number}`);
  return { unit: 'row', match, lost: isByLine ? Math.max(0, scan.lines - Number(count?.[0] ?? 0)) : 0 };
}

/** @throws Error as `matchColumns`; if a single key holds a list, the message suggests that the rows are in that list */
function matchKeys(
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
      `${(error as Error).message} If the rows are in the list '${list.key}', save that list alone, for example by: jq '.${list.key}'.`,
      { cause: error },
    );
  }
}
