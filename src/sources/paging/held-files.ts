import { mergeRanges } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import { COVERAGE_STATUSES } from './coverage.ts';
import type { Coverage, CoverageStatus } from './coverage.ts';

/** What the files that are served instead of a vendor hold. */
export interface HeldFiles {
  /** Each from the first row of a file to just after its last row; disjoint, oldest first, at least one. */
  readonly spans: readonly Range[];
  /** Rows that could not be read. Each may belong to any span, because its time is unknown. */
  readonly unreadable: number;
  /** Columns that not every file has, by the vendor's name. */
  readonly absent: readonly string[];
  /** The absent columns that the filter uses. It finds nothing in a file without them. */
  readonly lacking: readonly string[];
}

/** @param spans the times of the first and the last row of each file; at least one */
export function holdFiles(
  spans: readonly { readonly firstMs: number; readonly lastMs: number }[],
  unreadable: number,
  absent: readonly string[] = [],
): HeldFiles {
  const ranges = spans.map(({ firstMs, lastMs }) => ({ fromMs: firstMs, toMs: lastMs + 1 }));
  return { spans: mergeRanges(ranges).reverse(), unreadable, absent, lacking: [] };
}

/**
 * Notes in the files which absent columns one filter uses, so that coverage says so.
 * @param columns for each part of the filter, the columns that it uses; a part works if the files have one of them
 */
export function noteLackingColumns<Policy extends { readonly files?: HeldFiles | null }>(
  age: Policy,
  columns: readonly (readonly string[])[],
): Policy {
  if (!age.files) return age;
  const { absent } = age.files;
  const lacking = columns.filter((part) => part.every((column) => absent.includes(column))).flat();
  return lacking.length > 0 ? { ...age, files: { ...age.files, lacking } } : age;
}

/** Whether the files hold the whole range, readable and with every column that the filter uses; true without files. */
export function isHeldWhole(range: Range, files: HeldFiles | null | undefined): boolean {
  if (!files) return true;
  return (
    files.unreadable === 0 &&
    files.lacking.length === 0 &&
    files.spans.some(({ fromMs, toMs }) => range.fromMs >= fromMs && range.toMs <= toMs)
  );
}

/** The times at which files begin and end. */
export function edgesOf(files: HeldFiles): readonly number[] {
  return files.spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
}

/** Just after the last row of all files. */
export function endOf(files: HeldFiles): number {
  return files.spans.at(-1)!.toMs;
}

/** Cuts a span at the times at which files begin and end; newest first. */
export function cutByFiles<Span extends Range>(span: Span, files: HeldFiles): readonly Span[] {
  const edges = edgesOf(files).filter((edge) => edge > span.fromMs && edge < span.toMs);
  const bounds = [span.fromMs, ...edges, span.toMs];
  return bounds
    .slice(1)
    .map((toMs, at) => ({ ...span, fromMs: bounds[at]!, toMs }))
    .reverse();
}

/**
 * Applies the files to the coverage of a span that no edge of a file cuts. Before and between files it is at least EXPIRED,
 * after the last one FILLING. In a file it is TRUNCATED if rows could not be read or a column that the filter uses is absent.
 */
export function applyFiles(entry: Coverage, files: HeldFiles): Coverage {
  const { spans, unreadable, lacking } = files;
  const isHeld = spans.some(({ fromMs, toMs }) => entry.fromMs < toMs && entry.toMs > fromMs);
  if (isHeld) {
    const weighed =
      lacking.length === 0
        ? entry
        : raiseStatus(
            entry,
            'TRUNCATED',
            'ROWS_DROPPED',
            `The files lack the column${lacking.length === 1 ? '' : 's'} ${lacking.join(', ')}, so this filter cannot be tested.`,
          );
    if (unreadable === 0) return weighed;
    const rows =
      unreadable === 1
        ? 'row of the files could not be read; it'
        : 'rows of the files could not be read; any of them';
    const reason = `${unreadable} ${rows} may belong to this span of time.`;
    return {
      ...raiseStatus(weighed, 'TRUNCATED', 'ROWS_DROPPED', reason),
      dropped: entry.dropped + unreadable,
    };
  }
  if (entry.fromMs >= endOf(files))
    return raiseStatus(entry, 'FILLING', null, 'This span is after the last row of the files.');
  const where = entry.toMs <= spans[0]!.fromMs ? 'before the first row of the files' : 'between two files';
  return raiseStatus(entry, 'EXPIRED', null, `This span is ${where}.`);
}

/** Keeps the more severe status with its code and reason; if both are equal, both reasons. */
function raiseStatus(
  entry: Coverage,
  status: CoverageStatus,
  code: Coverage['code'],
  reason: string,
): Coverage {
  if (entry.status === status)
    return { ...entry, reason: entry.reason === null ? reason : `${entry.reason} ${reason}` };
  const isForemost = COVERAGE_STATUSES.indexOf(status) < COVERAGE_STATUSES.indexOf(entry.status);
  return isForemost ? { ...entry, status, code, reason } : entry;
}
