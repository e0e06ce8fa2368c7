import { basename } from 'node:path';
import { integerSql } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import type { ExportKind } from './export-columns.ts';
import type { FileOutcome } from './raw-table.ts';
import { countOf } from './wording.ts';

/** The number of unreadable rows that are listed one by one. */
const MAX_LISTED = 5;

/**
 * Gives a sentence for each of the first unreadable rows, from the table `checked` that `loadExport` makes.
 *
 * @param only lists the rows of the file with this number alone; null: of all files
 */
export async function listUnreadable(
  database: Database,
  files: readonly string[],
  outcomes: readonly FileOutcome[],
  only: number | null,
): Promise<readonly string[]> {
  const which = only === null ? '' : `and file = ${only}`;
  // The line of a row that was read is 1 for the header, plus its `nth`, plus the refused lines before it.
  const reported = await database.read(`
    with refused as (
      select file, line, line - 1 - row_number() over (partition by file order by line) as behind
      from checked where line is not null
    ),
    first as (
      (from checked where problem is not null and line is null ${which} order by file, nth limit ${MAX_LISTED})
      union all
      (from checked where problem is not null and line is not null ${which} order by file, line limit ${MAX_LISTED})
    )
    select file, nth, problem, coalesce(line, nth + 1 + (
      select count(*) from refused where refused.file = first.file and behind < nth
    )) as place
    from first order by file, place limit ${MAX_LISTED}`);
  const lost = outcomes
    .map((outcome, number) => ({ ...outcome, number }))
    .filter((outcome) => outcome.lost > 0);
  return [
    ...reported.map(([file, nth, problem, place]) => {
      const { unit } = outcomes[Number(file)]!;
      return `${basename(files[Number(file)]!)}, ${unit} ${Number(unit === 'line' ? place : nth)} ${String(problem)}`;
    }),
    ...lost.map(
      ({ number, lost: lines }) =>
        `${basename(files[number]!)}, ${countOf(lines, 'line')} that no row could be read from`,
    ),
  ];
}

/** By column of whole numbers, as named in the vendor's first dialect: how many values in `raw` are not whole numbers. */
export async function countUnreadableValues(
  database: Database,
  { columns, integers }: ExportKind,
): Promise<Readonly<Record<string, number>>> {
  const names = Object.keys(integers);
  if (names.length === 0) return {};
  const counts = Object.entries(integers).map(
    ([name, most]) => `count(*) filter (${name} is not null and ${integerSql(name, most)} is null)`,
  );
  const [found = []] = await database.read(`select ${counts.join(', ')} from raw`);
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const count = Number(found[index]);
      return count > 0 ? [[columns[name]?.[0] ?? name, count]] : [];
    }),
  );
}
