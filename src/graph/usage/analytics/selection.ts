import type { GraphQLResolveInfo } from 'graphql';
import { RequestError } from '../../../base/errors.ts';
import type { AnalyticsRequest, UsageSeries } from '../../../sources/usage/analytics/analytics.ts';
import { selectedFieldNames, selectedFields } from '../../selection.ts';

/** The series that each field is read from. Other fields need no call. */
const SERIES_OF_BUCKET: Readonly<Record<string, UsageSeries>> = {
  count: 'activity',
  elements: 'elements',
  processTime: 'times',
  statuses: 'statuses',
};
const SERIES_OF_TOTALS: Readonly<Record<string, UsageSeries>> = {
  ...SERIES_OF_BUCKET,
  elementCount: 'elements',
  successRate: 'statuses',
};

/**
 * The series that a selection of `UsageAnalytics` needs, for the range itself and for each `previous`. If there are several
 * `previous`, each is read in all the series that any of them selects.
 * @throws RequestError `BAD_USER_INPUT` for an `elements(top:)` below 1: one error here, not one in every bucket
 */
export function readAnalyticsSelection(
  info: GraphQLResolveInfo,
): Pick<AnalyticsRequest, 'series' | 'previous'> {
  const offsets = new Set(
    selectedFields(info)
      .filter(({ name }) => name === 'previous')
      .map((field) => readOffset(field.arguments['offset'])),
  );
  const series = seriesUnder(info);
  const earlier = seriesUnder(info, 'previous');
  return { series, previous: [...offsets].map((offset) => ({ offset, series: earlier })) };
}

function seriesUnder(info: GraphQLResolveInfo, ...path: readonly string[]): ReadonlySet<UsageSeries> {
  for (const parent of ['buckets', 'totals']) {
    for (const field of selectedFields(info, ...path, parent))
      if (field.name === 'elements') checkTop(field.arguments['top']);
  }
  return listSeries(
    selectedFieldNames(info, ...path, 'buckets'),
    selectedFieldNames(info, ...path, 'totals'),
  );
}

/** The series that fields of buckets and of totals are read from. */
export function listSeries(
  ofBuckets: Iterable<string>,
  ofTotals: Iterable<string>,
): ReadonlySet<UsageSeries> {
  return new Set([...seriesOf(ofBuckets, SERIES_OF_BUCKET), ...seriesOf(ofTotals, SERIES_OF_TOTALS)]);
}

function seriesOf(
  names: Iterable<string>,
  table: Readonly<Record<string, UsageSeries>>,
): readonly UsageSeries[] {
  return [...names].flatMap((name) => (Object.hasOwn(table, name) && table[name]) || []);
}

function checkTop(top: unknown): void {
  if (typeof top !== 'number' || top >= 1) return;
  throw new RequestError('BAD_USER_INPUT', "'elements.top' must be at least 1.", {
    argument: 'elements.top',
  });
}

function readOffset(offset: unknown): string | null {
  return typeof offset === 'string' ? offset : null;
}
