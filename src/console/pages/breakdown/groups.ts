import type { Span } from '../../time/span.ts';

/** The figures of a group or of one of its buckets. null: not known of this source, or no row has it. */
export interface Figures {
  readonly count: number;
  readonly failed: number | null;
  /** Milliseconds. */
  readonly p95: number | null;
}

export interface GroupBucket extends Figures, Span {}

export interface Group extends Figures {
  /** One value of each dimension; empty: all further groups together. */
  readonly key: readonly (string | null)[];
  readonly buckets: readonly GroupBucket[];
}

/** A break-down of either source. */
export interface Groups {
  readonly groups: readonly Group[];
  readonly other: Group | null;
  /** All rows, each once. */
  readonly total: readonly GroupBucket[];
}

/** The bucket with the largest figure; null: no bucket has one above 0. */
export function findPeak(
  buckets: readonly GroupBucket[],
  figure: 'count' | 'failed' | 'p95',
): { readonly at: number; readonly value: number } | null {
  let peak: { at: number; value: number } | null = null;
  for (const [at, bucket] of buckets.entries()) {
    const value = bucket[figure] ?? 0;
    if (value > (peak?.value ?? 0)) peak = { at, value };
  }
  return peak;
}

/** The share of failed calls; null: not known. */
export const failedShare = ({ count, failed }: Figures): number | null =>
  failed === null || count === 0 ? null : failed / count;

/** Adds what rows of different values have in common, bucket by bucket. */
export function addBuckets(lists: readonly (readonly GroupBucket[])[]): readonly GroupBucket[] {
  const [first = [], ...others] = lists;
  return first.map((bucket, at) => {
    const all = [bucket, ...others.flatMap((buckets) => buckets[at] ?? [])];
    const failures = all.flatMap(({ failed }) => failed ?? []);
    return {
      fromMs: bucket.fromMs,
      toMs: bucket.toMs,
      count: all.reduce((sum, { count }) => sum + count, 0),
      failed: failures.length === 0 ? null : failures.reduce((sum, failed) => sum + failed, 0),
      p95: null,
    };
  });
}

/** What a table of groups can be sorted by: the place of a dimension, or a figure. */
export type SortColumn = number | 'count' | 'failed' | 'share' | 'p95' | 'slowest' | 'worst';

export interface Sorting {
  readonly column: SortColumn;
  readonly isDescending: boolean;
}

const FIGURES: readonly SortColumn[] = ['count', 'failed', 'share', 'p95', 'slowest', 'worst'];
export const LARGEST_FIRST: Sorting = { column: 'count', isDescending: true };

/** `p95`: largest first; `-p95`: smallest first. A dimension is named by its key, and begins at A. */
export function readSorting(text: string | undefined, keys: readonly string[]): Sorting {
  const name = text?.replace(/^-/, '') ?? '';
  const isTurned = text?.startsWith('-') ?? false;
  const figure = FIGURES.find((each) => each === name);
  if (figure !== undefined) return { column: figure, isDescending: !isTurned };
  const place = keys.indexOf(name);
  return place < 0 ? LARGEST_FIRST : { column: place, isDescending: isTurned };
}

/** undefined: as at first. */
export function writeSorting({ column, isDescending }: Sorting, keys: readonly string[]): string | undefined {
  if (column === 'count' && isDescending) return undefined;
  const isTurned = typeof column === 'number' ? isDescending : !isDescending;
  return `${isTurned ? '-' : ''}${typeof column === 'number' ? keys[column] : column}`;
}

/** The same groups in another order. What is not known comes last in either direction; equal groups keep their order. */
export function sortGroups(groups: readonly Group[], { column, isDescending }: Sorting): readonly Group[] {
  const turn = isDescending ? -1 : 1;
  return groups.toSorted((one, other) => {
    const [a, b] = [valueOf(one, column), valueOf(other, column)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return (a < b ? -1 : a > b ? 1 : 0) * turn;
  });
}

function valueOf(group: Group, column: SortColumn): string | number | null {
  if (typeof column === 'number') return group.key[column] ?? null;
  if (column === 'share') return failedShare(group);
  if (column === 'slowest') return findPeak(group.buckets, 'p95')?.value ?? null;
  if (column === 'worst') return findPeak(group.buckets, 'failed')?.value ?? null;
  return group[column];
}

/** The most groups that an answer holds with that many buckets each. */
export const fitTop = (top: number, buckets: number, most = 50_000): number =>
  Math.max(1, Math.min(top, Math.floor(most / Math.max(1, buckets))));
