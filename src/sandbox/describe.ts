import { EVENTS_EXPORT, USAGE_EXPORT } from './data/export-columns.ts';
import type { ExportKind } from './data/export-columns.ts';
import type { LoadedExport, LoadedSources } from './data/load-export.ts';
import { countOf, showNames } from './data/wording.ts';
import type { FoundRange } from './db/tables.ts';

interface Ranges {
  readonly usage: FoundRange;
  readonly events: FoundRange;
}

const USAGE_TITLE = 'Usage API   ';
const EVENTS_TITLE = 'Events API  ';

/**
 * A few lines for people about generated data.
 *
 * @param urls null: the sandbox listens on sockets, which have no address for people
 */
export function describeGenerated(
  { usage, events }: Ranges,
  urls: { readonly usage: string; readonly events: string } | null,
  hasArrivals: boolean,
): string {
  return [
    `${USAGE_TITLE}${urls ? `${urls.usage}  ` : ''}${describeRange(usage)}`,
    `${EVENTS_TITLE}${urls ? `${urls.events}  ` : ''}${describeRange(events)}`,
    ...(hasArrivals ? ['New rows keep arriving.'] : []),
  ].join('\n');
}

/** A few lines for people about the user's own files: which are served, and what is wrong with them. */
export function describeFiles({ usage, events }: LoadedSources, ranges: Ranges): string {
  return [
    ...describeSource(USAGE_TITLE, USAGE_EXPORT, usage, ranges.usage),
    ...describeSource(EVENTS_TITLE, EVENTS_EXPORT, events, ranges.events),
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

/** Above this share of unreadable rows, something is probably wrong with the whole file. */
const WARNING_SHARE = 0.01;

function describeLoaded(loaded: LoadedExport, range: FoundRange): readonly string[] {
  const { files, rows, repeated, unreadable, firstUnreadable, unreadableValues, absent, ignored } = loaded;
  const share = unreadable / (rows + repeated + unreadable);
  const notes = [showNames(files), describeRange(range)];
  if (repeated > 0)
    notes.push(`left out: ${countOf(repeated, 'row')} with the id and the time of an earlier row`);
  if (share > WARNING_SHARE) {
    const percent = (share * 100).toFixed(1);
    notes.push(`WARNING: ${percent} % COULD NOT BE READ. Is it the right file, and is it complete?`);
  }
  if (unreadable > 0) {
    notes.push(
      `${countOf(unreadable, 'row')} could not be read. The coverage of every answer says so. The first:`,
    );
    notes.push(...firstUnreadable.map((sentence) => `  ${sentence}`));
  }
  for (const [name, count] of Object.entries(unreadableValues))
    notes.push(`${name} is not a whole number in ${countOf(count, 'row')}; it is null there`);
  if (absent.length > 0) {
    const title =
      files.length > 1
        ? 'columns missing in some files (null there; no filter matches)'
        : 'missing columns (null; no filter matches)';
    notes.push(`${title}: ${showNames(absent)}`);
  }
  if (ignored.length > 0) notes.push(`unused columns: ${showNames(ignored)}`);
  return notes;
}

function describeRange({ fromMs, toMs, rows }: FoundRange): string {
  if (fromMs === null || toMs === null) return 'no rows';
  return `${countOf(rows, 'row')} from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
}
