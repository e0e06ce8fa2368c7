import { RequestError } from '../base/errors.ts';
import type { Interval, Range } from '../base/time.ts';
import type { WantedFigure, WantedFigures } from '../sources/paging/archived-rows.ts';
import { readTimeZone, requireBucketEdges } from '../sources/shared/bucket-bounds.ts';
import type { Limits } from './context.ts';
import { fieldsUnder } from './selection.ts';
import type { SelectedField } from './selection.ts';

/** The most dimensions of a breakdown. */
const MAX_DIMENSIONS = 3;
/** The largest `top`. */
const MAX_GROUPS = 500;
/** The most buckets of all groups together. */
const MAX_GROUP_BUCKETS = 50_000;

/** How `usageBreakdown` and `eventBreakdown` are asked to group. */
export interface GroupingArguments<Dimension extends string> {
  readonly by: readonly Dimension[];
  readonly interval?: Interval | null | undefined;
  readonly timeZone: string;
  readonly top: number;
}

/** The same, checked, with the edges of the buckets; null: no buckets. */
export interface CheckedGrouping<Dimension extends string> {
  readonly by: readonly Dimension[];
  readonly interval: Interval | null;
  readonly timeZone: string;
  readonly edges: readonly number[] | null;
  readonly top: number;
}

/**
 * Checks how a range is to be grouped, before any call.
 * @throws RequestError `BAD_USER_INPUT` for `by`, `top` or `timeZone`; `LIMIT_EXCEEDED` for too many groups or buckets
 */
export function checkGrouping<Dimension extends string>(
  args: GroupingArguments<Dimension>,
  range: Range,
  { maxBuckets }: Pick<Limits, 'maxBuckets'>,
): CheckedGrouping<Dimension> {
  const by = checkDimensions(args.by);
  const top = checkTop(args.top);
  const timeZone = readTimeZone(args.timeZone);
  const interval = args.interval ?? null;
  const edges = interval && requireBucketEdges(range, interval, timeZone, maxBuckets);
  if (edges) checkGroupBuckets(top, edges.length - 1);
  return { by, interval, timeZone, edges, top };
}

/** The longest lists of a breakdown, for its estimate. */
export function sizesOf({
  by,
  edges,
  top,
}: CheckedGrouping<string>): Readonly<Record<'groups' | 'key' | 'buckets', number>> {
  return { groups: top, key: by.length, buckets: edges ? edges.length - 1 : 0 };
}

/** The figures that the selection of a breakdown shows besides counts, by the names of their fields in groups and buckets. */
export function wantedFigures(
  fields: readonly SelectedField[],
  names: Readonly<Record<string, WantedFigure>>,
): WantedFigures {
  const groups = [...fieldsUnder(fields, 'groups'), ...fieldsUnder(fields, 'other')];
  const selected = [...groups, ...fieldsUnder(groups, 'buckets')];
  return new Set(selected.flatMap(({ name }) => names[name] ?? []));
}

/** Whether the selection of a breakdown needs rows. Its range, interval and time zone are known without. */
export function needsRows(fields: readonly SelectedField[]): boolean {
  return fields.some(({ name }) => name === 'groups' || name === 'other' || name === 'coverage');
}

function checkDimensions<Dimension extends string>(by: readonly Dimension[]): readonly Dimension[] {
  if (by.length < 1 || by.length > MAX_DIMENSIONS)
    throw fault('by', `'by' must name one to ${MAX_DIMENSIONS} dimensions, and names ${by.length}.`);
  const repeated = by.find((dimension, at) => by.indexOf(dimension) !== at);
  if (repeated !== undefined) throw fault('by', `'by' names ${repeated} twice. Name each dimension once.`);
  return by;
}

function checkTop(top: number): number {
  if (top < 1) throw fault('top', "'top' must be at least 1.");
  if (top <= MAX_GROUPS) return top;
  throw new RequestError(
    'LIMIT_EXCEEDED',
    `'top' may be at most ${MAX_GROUPS}, and is ${top}. Narrow 'filter' or 'range' to see smaller groups.`,
    { argument: 'top', limit: 'maxGroups', allowed: MAX_GROUPS, requested: top },
  );
}

function checkGroupBuckets(top: number, buckets: number): void {
  const requested = top * buckets;
  if (requested <= MAX_GROUP_BUCKETS) return;
  const most = Math.floor(MAX_GROUP_BUCKETS / buckets);
  const smaller = most > 0 ? `'top: ${most}', ` : '';
  throw new RequestError(
    'LIMIT_EXCEEDED',
    `${top} groups of ${buckets} buckets are ${requested} buckets, and an answer holds ${MAX_GROUP_BUCKETS} at most. Ask for ${smaller}a longer 'interval' or a shorter 'range'.`,
    { argument: 'top', limit: 'maxGroupBuckets', allowed: MAX_GROUP_BUCKETS, requested },
  );
}

function fault(argument: string, message: string): RequestError {
  return new RequestError('BAD_USER_INPUT', message, { argument });
}
