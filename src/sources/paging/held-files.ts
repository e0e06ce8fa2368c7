import { mergeRanges } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import { COVERAGE_STATUSES } from './coverage.ts';
import type { Coverage, CoverageStatus } from './coverage.ts';

/** What is known of the files that stand in for a vendor. */
export interface HeldFiles {
  /** Each from a file's first row to right behind its last one; disjoint, oldest first, one at least. */
  readonly spans: readonly Range[];
  /** Rows of theirs that could not be read. Any of them may belong to any stretch. */
  readonly unreadable: number;
  /** Columns that not all of them have, by the vendor's name. */
  readonly absent: readonly string[];
  /** Those of them that a filter looks into: it finds nothing where they are missing. */
  readonly sought: readonly string[];
}

/** @param spans of each file, when its first row happened and its last one; one at least */
export function holdFiles(
  spans: readonly { readonly firstMs: number; readonly lastMs: number }[],
  unreadable: number,
  absent: readonly string[] = [],
): HeldFiles {
  const ranges = spans.map(({ firstMs, lastMs }) => ({ fromMs: firstMs, toMs: lastMs + 1 }));
  return { spans: mergeRanges(ranges).reverse(), unreadable, absent, sought: [] };
}

/**
 * The files as a filter finds them.
 * @param columns of each part of the filter those that it looks into; it can tell something if files have one of them
 */
export function seekIn<Policy extends { readonly files?: HeldFiles | null }>(
  age: Policy,
  columns: readonly (readonly string[])[],
): Policy {
  if (!age.files) return age;
  const { absent } = age.files;
  const sought = columns.filter((part) => part.every((column) => absent.includes(column))).flat();
  return sought.length > 0 ? { ...age, files: { ...age.files, sought } } : age;
}

/** Whether files hold all that there is of a range, and all of it could be read; without files nothing speaks against it. */
export function isHeldWhole(range: Range, files: HeldFiles | null | undefined): boolean {
  if (!files) return true;
  return (
    files.unreadable === 0 &&
    files.sought.length === 0 &&
    files.spans.some(({ fromMs, toMs }) => range.fromMs >= fromMs && range.toMs <= toMs)
  );
}

/** Where what files hold begins and ends. */
export function edgesOf(files: HeldFiles): readonly number[] {
  return files.spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
}

/** When the last file ends. */
export function endOf(files: HeldFiles): number {
  return files.spans.at(-1)!.toMs;
}

/** Parts a range where what files hold begins and ends, newest first. */
export function cutByFiles<Span extends Range>(stretch: Span, files: HeldFiles): readonly Span[] {
  const edges = edgesOf(files).filter((edge) => edge > stretch.fromMs && edge < stretch.toMs);
  const bounds = [stretch.fromMs, ...edges, stretch.toMs];
  return bounds
    .slice(1)
    .map((toMs, at) => ({ ...stretch, fromMs: bounds[at]!, toMs }))
    .reverse();
}

/**
 * What files make of the standing of a stretch that none of their edges cuts: before and between them it is EXPIRED, behind
 * the last one FILLING, and in a file TRUNCATED if rows could not be read, or the filter asks about what they lack.
 */
export function weighByFiles(entry: Coverage, files: HeldFiles): Coverage {
  const { spans, unreadable, sought } = files;
  const isHeld = spans.some(({ fromMs, toMs }) => entry.fromMs < toMs && entry.toMs > fromMs);
  if (isHeld) {
    const told =
      sought.length === 0
        ? entry
        : standAtMost(
            entry,
            'TRUNCATED',
            'ROWS_DROPPED',
            `The files lack the column${sought.length === 1 ? '' : 's'} ${sought.join(', ')}, so nothing can be told by this filter.`,
          );
    if (unreadable === 0) return told;
    const rows =
      unreadable === 1
        ? 'row of the files could not be read; it'
        : 'rows of the files could not be read; any of them';
    const reason = `${unreadable} ${rows} may belong to this stretch.`;
    return {
      ...standAtMost(told, 'TRUNCATED', 'ROWS_DROPPED', reason),
      dropped: entry.dropped + unreadable,
    };
  }
  if (entry.fromMs >= endOf(files))
    return standAtMost(entry, 'FILLING', null, 'This stretch lies behind the last row of the files.');
  const where = entry.toMs <= spans[0]!.fromMs ? 'before the first row of the files' : 'between two files';
  return standAtMost(entry, 'EXPIRED', null, `This stretch lies ${where}.`);
}

/** Of two standings that hold, the foremost is told, and its code and reason with it; of two equal ones both reasons. */
function standAtMost(
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
