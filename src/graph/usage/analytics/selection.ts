import { RequestError } from '../../../base/errors.ts';
import type { AnalyticsRequest, UsageSeries } from '../../../sources/usage/analytics/analytics.ts';
import { fieldsUnder, onceForConstants } from '../../selection.ts';
import type { SelectedField } from '../../selection.ts';

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
export const readAnalyticsSelection = onceForConstants(
  (fields): Pick<AnalyticsRequest, 'series' | 'previous'> => {
    const periods = fields.filter(({ name }) => name === 'previous');
    const offsets = new Set(periods.map(({ args }) => readOffset(args['offset'])));
    const earlier = seriesUnder(fieldsUnder(fields, 'previous'));
    return {
      series: seriesUnder(fields),
      previous: [...offsets].map((offset) => ({ offset, series: earlier })),
    };
  },
);

function seriesUnder(fields: readonly SelectedField[]): ReadonlySet<UsageSeries> {
  const ofBuckets = fieldsUnder(fields, 'buckets');
  const ofTotals = fieldsUnder(fields, 'totals');
  for (const { name, args } of [...ofBuckets, ...ofTotals]) if (name === 'elements') checkTop(args['top']);
  return new Set([...seriesOf(ofBuckets, SERIES_OF_BUCKET), ...seriesOf(ofTotals, SERIES_OF_TOTALS)]);
}

function seriesOf(
  fields: readonly SelectedField[],
  table: Readonly<Record<string, UsageSeries>>,
): readonly UsageSeries[] {
  return fields.flatMap(({ name }) => (Object.hasOwn(table, name) && table[name]) || []);
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
