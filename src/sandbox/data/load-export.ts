import { basename } from 'node:path';
import { instantSql, integerSql, listSql, quoteSql } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { ELEMENTS } from './catalogue.ts';
import { EVENTS_EXPORT, USAGE_EXPORT } from './export-columns.ts';
import type { ExportKind } from './export-columns.ts';
import { readExportFile } from './export-file.ts';
import { createRawTable } from './raw-table.ts';
import type { FileOutcome } from './raw-table.ts';
import { countUnreadableValues, listUnreadable } from './unreadable.ts';

/** What the files of one source hold. */
export interface LoadedExport {
  /** The names of the files, without their folders. */
  readonly files: readonly string[];
  readonly rows: number;
  /** By file: the times of its oldest and its newest row, in milliseconds since the epoch. */
  readonly spans: readonly { readonly firstMs: number; readonly lastMs: number }[];
  /** Rows in which a needed value is missing or invalid, and lines that are not rows. */
  readonly unreadable: number;
  /** A sentence for each of the first unreadable rows: its place and the cause, but no value of the row. */
  readonly firstUnreadable: readonly string[];
  /** Rows with the id and the time of an earlier row. Exports of overlapping ranges have such rows. */
  readonly repeated: number;
  /** By column of whole numbers: how many values are not whole numbers. The rows are served with null instead. */
  readonly unreadableValues: Readonly<Record<string, number>>;
  /** Columns of our table that at least one file lacks. */
  readonly absent: readonly string[];
  /** Columns of the files that our table does not have. */
  readonly ignored: readonly string[];
}

/** The files of each source. null: the source has no file. */
export interface LoadedSources {
  readonly usage: LoadedExport | null;
  readonly events: LoadedExport | null;
}

/**
 * Loads exports of usage records into `usage`.
 *
 * @throws Error if a file can't be read or has no usable row; the message names the file
 */
export async function loadUsageExport(database: Database, files: readonly string[]): Promise<LoadedExport> {
  const hubs = ELEMENTS.map(({ key, hub }) => `${quoteSql(key)}: ${quoteSql(hub)}`).join(', ');
  const columns = Object.keys(USAGE_EXPORT.columns).map((name) => {
    if (name === 'happened_at') return `${instantSql('happened_at')} as moment`;
    if (name.endsWith('_tags')) return `${listSql(name)} as ${name}`;
    const most = USAGE_EXPORT.integers[name];
    return most === undefined ? name : `${integerSql(name, most)} as ${name}`;
  });
  return await loadExport(database, files, USAGE_EXPORT, {
    table: 'usage',
    // Analytics count every row from the beginning.
    times: 'moment as happened_at, epoch_ms(0) as counted_at',
    columns: `${columns.join(', ')},
      coalesce(nullif(regexp_extract(request_uri, '/hubs/([^/?]+)', 1), ''), map {${hubs}}[element_key]) as hub`,
    // The paths of the Usage API and the cursors can hold only such ids.
    problems: `when not regexp_full_match(id, '[A-Za-z0-9_-]{1,64}') then 'has an id that is not 1 to 64 letters, digits, _ or -'`,
  });
}

/** Loads exports of events into `events`. @throws Error as `loadUsageExport` */
export async function loadEventsExport(database: Database, files: readonly string[]): Promise<LoadedExport> {
  return await loadExport(database, files, EVENTS_EXPORT, {
    table: 'events',
    times: 'moment as happened_at',
    // A cast alone would round a fraction.
    columns: `try_cast(regexp_extract(id, '^-?\\d{1,19}$') as bigint) as id,
      date_trunc('second', ${instantSql('happened_at')}) as moment,
      category, action, description, username, ip_address`,
    problems: `when try_cast(regexp_extract(id, '^-?\\d{1,19}$') as bigint) is null then 'has an id that is not a whole number of 64 bits'
      when category is null then 'has no category' when action is null then 'has no action'`,
  });
}

interface LoadTarget {
  readonly table: 'usage' | 'events';
  /** SQL of the columns, over a row of `raw`. The time is named `moment`, which is not the name of a column. */
  readonly columns: string;
  /** SQL of the table's columns of time, over `moment`. */
  readonly times: string;
  /** SQL: more `when` branches that name a problem of a row of `raw`. */
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
    create or replace table checked as
    select * replace (coalesce(problem, case when moment is null then 'has no time that can be read in ${time}' end) as problem)
    from (
      select file, nth, line, coalesce(problem, case when id is null then 'has no id' ${problems} end) as problem, ${columns}
      from raw
    );
    create or replace table kept as
    select *, row_number() over same as nth_of_id, moment <> first_value(moment) over same as has_other_time
    from checked where problem is null window same as (partition by id order by file, nth);
    insert into checked by name
    select file, nth, 'has the id of an earlier row, but another time' as problem from kept where has_other_time;
    insert into ${table} by name
    select ${times}, * exclude (file, nth, line, problem, moment, nth_of_id, has_other_time) from kept where nth_of_id = 1
    order by moment, file desc, nth desc`);
  const [counts] = await database.read(`select (select count(*) from ${table}),
    (select count(*) from kept where nth_of_id > 1 and not has_other_time), (select count(*) from checked where problem is not null)`);
  const [rows = 0, repeated = 0, refused = 0] = (counts ?? []).map(Number);
  const spans = await database.read(
    'select file, epoch_ms(min(moment)), epoch_ms(max(moment)) from kept where not has_other_time group by file order by file',
  );
  const empty = files.findIndex((_file, number) => !spans.some(([held]) => Number(held) === number));
  const firstUnreadable = await listUnreadable(database, files, outcomes, empty === -1 ? null : empty);
  if (empty !== -1) throw new Error(explainEmpty(files[empty]!, kind, firstUnreadable));
  const unreadableValues = await countUnreadableValues(database, kind);
  await database.run('drop table raw; drop table checked; drop table kept');
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

function explainEmpty(file: string, kind: ExportKind, [first]: readonly string[]): string {
  const reason = first === undefined ? 'no row at all' : `no row that can be used: ${first}`;
  return `${file} can't be served as an export of ${kind.title}: it has ${reason}`;
}
