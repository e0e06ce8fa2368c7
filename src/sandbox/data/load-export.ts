import { basename } from 'node:path';
import type { Database } from '../db/database.ts';
import { instantSql, integerSql, listSql, quoteSql } from '../db/sql.ts';
import { ELEMENTS } from './catalogue.ts';
import { EVENTS_EXPORT, USAGE_EXPORT } from './export-columns.ts';
import type { ExportKind } from './export-columns.ts';
import { createRawTable, readExportFile } from './export-file.ts';
import type { FileOutcome } from './export-file.ts';
import { countOf } from './wording.ts';

/** What came of reading one source's files. */
export interface LoadedExport {
  /** Their names, without folders. */
  readonly files: readonly string[];
  readonly rows: number;
  /** Of each file, when its first row happened and its last one; milliseconds since the epoch. */
  readonly spans: readonly { readonly firstMs: number; readonly lastMs: number }[];
  /** Rows that lack what every row needs or hold something else there, and lines that are no row at all. */
  readonly unreadable: number;
  /** The first of these, a sentence each: where, and why. Nothing of what they hold. */
  readonly firstUnreadable: readonly string[];
  /** Rows whose id had come before with the same time, as exports of overlapping ranges have. */
  readonly repeated: number;
  /** Values that are no whole number where one belongs, by column; the rows are served without them. */
  readonly unreadableValues: Readonly<Record<string, number>>;
  /** Columns of ours that one file or another lacks, and those of the files that are none of ours. */
  readonly absent: readonly string[];
  readonly ignored: readonly string[];
}

/** What was read for each source; null: it has no file. */
export interface LoadedSources {
  readonly usage: LoadedExport | null;
  readonly events: LoadedExport | null;
}

/** Columns of whole numbers, and the most that the graph can give out of each. */
const USAGE_INTEGERS: Readonly<Record<string, number>> = {
  instance_id: Number.MAX_SAFE_INTEGER,
  account_id: Number.MAX_SAFE_INTEGER,
  company_id: Number.MAX_SAFE_INTEGER,
  user_id: Number.MAX_SAFE_INTEGER,
  process_time: Number.MAX_SAFE_INTEGER,
  vendor_process_time: Number.MAX_SAFE_INTEGER,
  platform_process_time: Number.MAX_SAFE_INTEGER,
  response_status: 2 ** 31 - 1,
};

/** How many unreadable rows are told one by one. */
const MAX_REPORTED = 5;

/** Loads exports of usage records into `usage`. @throws Error if one can't be read or none has a usable row, the file named */
export async function loadUsageExport(database: Database, files: readonly string[]): Promise<LoadedExport> {
  const hubs = ELEMENTS.map(({ key, hub }) => `${quoteSql(key)}: ${quoteSql(hub)}`).join(', ');
  const columns = Object.keys(USAGE_EXPORT.columns).map((name) => {
    if (name === 'happened_at') return `${instantSql('happened_at')} as moment`;
    if (name.endsWith('_tags')) return `${listSql(name)} as ${name}`;
    return name in USAGE_INTEGERS ? `${integerSql(name, USAGE_INTEGERS[name]!)} as ${name}` : name;
  });
  return await loadExport(database, files, USAGE_EXPORT, {
    table: 'usage',
    // Analytics count every row from the start.
    times: 'moment as happened_at, epoch_ms(0) as counted_at',
    columns: `${columns.join(', ')},
      coalesce(nullif(regexp_extract(request_uri, '/hubs/([^/?]+)', 1), ''), map {${hubs}}[element_key]) as hub`,
    // As the Usage API's paths and our cursors can carry them.
    problems: `when not regexp_full_match(id, '[A-Za-z0-9_-]{1,64}') then 'has an id of more than letters, digits, _ and -'`,
  });
}

/** Loads exports of events into `events`. @throws Error as `loadUsageExport` */
export async function loadEventsExport(database: Database, files: readonly string[]): Promise<LoadedExport> {
  return await loadExport(database, files, EVENTS_EXPORT, {
    table: 'events',
    times: 'moment as happened_at',
    // Casting alone would round a fraction.
    columns: `try_cast(regexp_extract(id, '^-?\\d{1,19}$') as bigint) as id,
      date_trunc('second', ${instantSql('happened_at')}) as moment,
      category, action, description, username, ip_address`,
    problems: `when try_cast(regexp_extract(id, '^-?\\d{1,19}$') as bigint) is null then 'has an id that is no whole number of 64 bits'
      when category is null then 'has no category' when action is null then 'has no action'`,
  });
}

interface LoadTarget {
  readonly table: 'usage' | 'events';
  /** SQL over a row of `raw`; its time is to come out as `moment`, a name that no export has. */
  readonly columns: string;
  /** SQL of the table's own times over `moment`. */
  readonly times: string;
  /** SQL: further cases of what is wrong with a row of `raw`. */
  readonly problems: string;
}

async function loadExport(
  database: Database,
  files: readonly string[],
  kind: ExportKind,
  { table, columns, times, problems }: LoadTarget,
): Promise<LoadedExport> {
  await createRawTable(database, kind);
  const outcomes: FileOutcome[] = [];
  for (const [number, file] of files.entries())
    outcomes.push(await readExportFile(database, file, number, kind));

  const [time = ''] = kind.columns['happened_at'] ?? [];
  await database.run(`
    create or replace table judged as
    select * replace (coalesce(problem, case when moment is null then 'has no time that can be read in ${time}' end) as problem)
    from (
      select file, nth, line, coalesce(problem, case when id is null then 'has no id' ${problems} end) as problem, ${columns}
      from raw
    );
    create or replace table kept as
    select *, row_number() over same as turn, moment <> first_value(moment) over same as is_another
    from judged where problem is null window same as (partition by id order by file, nth);
    insert into judged by name
    select file, nth, 'has the id of an earlier row, and another time' as problem from kept where is_another;
    insert into ${table} by name
    select ${times}, * exclude (file, nth, line, problem, moment, turn, is_another) from kept where turn = 1
    order by moment, file desc, nth desc`);
  const [counts] = await database.read(`select (select count(*) from ${table}),
    (select count(*) from kept where turn > 1 and not is_another), (select count(*) from judged where problem is not null)`);
  const [rows = 0, repeated = 0, refused = 0] = (counts ?? []).map(Number);
  const spans = await database.read(
    'select file, epoch_ms(min(moment)), epoch_ms(max(moment)) from kept where not is_another group by file order by file',
  );
  const empty = files.findIndex((_file, number) => !spans.some(([held]) => Number(held) === number));
  const firstUnreadable = await reportUnreadable(database, files, outcomes, empty === -1 ? null : empty);
  if (empty !== -1) throw new Error(explainEmpty(files[empty]!, kind, firstUnreadable));
  const unreadableValues = await countUnreadableValues(database, kind);
  await database.run('drop table raw; drop table judged; drop table kept');
  return {
    files: files.map((file) => basename(file)),
    rows,
    spans: spans.map(([, first, last]) => ({ firstMs: Number(first), lastMs: Number(last) })),
    unreadable: refused + outcomes.reduce((sum, { lost }) => sum + lost, 0),
    firstUnreadable,
    unreadableValues,
    repeated,
    absent: [...new Set(outcomes.flatMap(({ match }) => match.absent))],
    ignored: [...new Set(outcomes.flatMap(({ match }) => match.ignored))],
  };
}

/** @param only the number of the file that is asked about; null: all of them */
async function reportUnreadable(
  database: Database,
  files: readonly string[],
  outcomes: readonly FileOutcome[],
  only: number | null,
): Promise<readonly string[]> {
  const which = only === null ? '' : `and file = ${only}`;
  // The line of a row that was read: behind the header, the rows before it, and the refused lines before it.
  const reported = await database.read(`
    with refused as (
      select file, line, line - 1 - row_number() over (partition by file order by line) as behind
      from judged where line is not null
    ),
    first as (
      (from judged where problem is not null and line is null ${which} order by file, nth limit ${MAX_REPORTED})
      union all
      (from judged where problem is not null and line is not null ${which} order by file, line limit ${MAX_REPORTED})
    )
    select file, nth, problem, coalesce(line, nth + 1 + (
      select count(*) from refused where refused.file = first.file and behind < nth
    )) as place
    from first order by file, place limit ${MAX_REPORTED}`);
  const lost = outcomes
    .map((reading, number) => ({ ...reading, number }))
    .filter((reading) => reading.lost > 0);
  return [
    ...reported.map(([file, nth, problem, place]) => {
      const { unit } = outcomes[Number(file)]!;
      return `${basename(files[Number(file)]!)}, ${unit} ${Number(unit === 'line' ? place : nth)} ${String(problem)}`;
    }),
    ...lost.map(
      (reading) =>
        `${basename(files[reading.number]!)}, ${countOf(reading.lost, 'line')} that no row could be made of`,
    ),
  ];
}

async function countUnreadableValues(
  database: Database,
  { columns }: ExportKind,
): Promise<Readonly<Record<string, number>>> {
  const names = Object.keys(USAGE_INTEGERS).filter((name) => name in columns);
  if (names.length === 0) return {};
  const counts = names.map(
    (name) => `count(*) filter (${name} is not null and ${integerSql(name, USAGE_INTEGERS[name]!)} is null)`,
  );
  const [found = []] = await database.read(`select ${counts.join(', ')} from raw`);
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const count = Number(found[index]);
      return count > 0 ? [[columns[name]?.[0] ?? name, count]] : [];
    }),
  );
}

function explainEmpty(file: string, kind: ExportKind, [first]: readonly string[]): string {
  const why = first === undefined ? 'no row at all' : `no row that can be used: ${first}`;
  return `${file} can't be served: as an export of ${kind.title} it has ${why}`;
}
