import { EVENTS_EXPORT, showNames, USAGE_EXPORT } from './data/export-columns.ts';
import type { ExportKind } from './data/export-columns.ts';
import { countOf } from './data/load-export.ts';
import type { LoadedExport, LoadedSources } from './data/load-export.ts';
import type { Database } from './db/database.ts';

/** What a source held when the sandbox started. */
export interface FoundRange {
  /** Of the oldest row and of the newest; milliseconds since the epoch; null: it holds nothing. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly rows: number;
}

export async function findRange(database: Database, table: 'usage' | 'events'): Promise<FoundRange> {
  const [row] = await database.read(
    `select epoch_ms(min(happened_at)), epoch_ms(max(happened_at)), count(*) from ${table}`,
  );
  const [from, to, rows] = row ?? [];
  return {
    fromMs: typeof from === 'bigint' ? Number(from) : null,
    toMs: typeof to === 'bigint' ? Number(to) : null,
    rows: Number(rows ?? 0),
  };
}

/** The share of unreadable rows from which on something must be wrong with a file as a whole. */
const LOUD_SHARE = 0.01;

/** Which files are served and what was found in them, a few lines for people. */
export function describeFiles(
  { usage, events }: LoadedSources,
  ranges: { readonly usage: FoundRange; readonly events: FoundRange },
): string {
  return [
    ...describeSource('Usage API   ', USAGE_EXPORT, usage, ranges.usage),
    ...describeSource('Events API  ', EVENTS_EXPORT, events, ranges.events),
  ].join('\n');
}

function describeSource(
  title: string,
  { switchName }: ExportKind,
  loaded: LoadedExport | null,
  range: FoundRange,
): readonly string[] {
  if (loaded === null) return [`${title}no file, so not configured; give one with ${switchName} FILE`];
  const [files = '', ...notes] = describeLoaded(loaded, range);
  return [`${title}${files}`, ...notes.map((note) => `${' '.repeat(title.length)}${note}`)];
}

function describeLoaded(loaded: LoadedExport, { fromMs, toMs }: FoundRange): readonly string[] {
  const { files, rows, repeated, unreadable, firstUnreadable, unreadableValues, absent, ignored } = loaded;
  const share = unreadable / (rows + repeated + unreadable);
  const when = [fromMs, toMs].map((ms) => new Date(ms ?? 0).toISOString()).join(' to ');
  return [
    showNames(files),
    `${countOf(rows, 'row')} from ${when}`,
    ...(repeated > 0 ? [`left out: ${countOf(repeated, 'row')} that had come before`] : []),
    ...(share > LOUD_SHARE
      ? [`WARNING: ${(share * 100).toFixed(1)} % COULD NOT BE READ. Is it the right file, and whole?`]
      : []),
    ...(unreadable > 0
      ? [
          `${countOf(unreadable, 'row')} could not be read, and the coverage of every answer says so. The first:`,
        ]
      : []),
    ...firstUnreadable.map((sentence) => `  ${sentence}`),
    ...Object.entries(unreadableValues).map(
      ([name, count]) => `${name} is no whole number in ${countOf(count, 'row')}, and null there`,
    ),
    ...(absent.length > 0
      ? [
          `${files.length > 1 ? 'not a column of every file' : 'no column'}, so null and found by no filter: ${showNames(absent)}`,
        ]
      : []),
    ...(ignored.length > 0 ? [`columns that are not used: ${showNames(ignored)}`] : []),
  ];
}
