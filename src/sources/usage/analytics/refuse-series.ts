import { INTERVALS, type Interval } from '../../../base/interval.ts';
import { RequestError } from '../../../base/request-error.ts';
import type { Range } from '../../../base/range.ts';
import { listBucketEdges } from './bucket-edges.ts';
import { coarsestVendorInterval, type RowBounds } from './choose-vendor-interval.ts';
import { planCalls } from './plan-calls.ts';
import { countVendorRows, longestReadable } from './vendor-rows.ts';

/** What was asked, and what is allowed. */
export interface RefusedSeries {
  readonly range: Range;
  readonly interval: Interval;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly bounds: RowBounds;
}

const NOMINAL_MS: Readonly<Record<Interval, number>> = {
  YEAR: 31_556_952_000,
  QUARTER: 7_889_238_000,
  MONTH: 2_629_746_000,
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1_000,
};

/** The refusal of more buckets than may be given out, with the finest interval that would do. */
export function refuseBuckets(refused: RefusedSeries): RequestError {
  const { range, interval, bounds } = refused;
  const requested = Math.ceil((range.toMs - range.fromMs) / NOMINAL_MS[interval]);
  const coarser = finestCoarser(refused);
  const way = coarser ? `Ask for 'interval: ${coarser}' or a shorter range.` : 'Ask for a shorter range.';
  return new RequestError(
    'LIMIT_EXCEEDED',
    `'interval: ${interval}' makes about ${requested} buckets of this range, and an answer holds ${bounds.maxBuckets} at most. ${way}`,
    { argument: 'interval', limit: 'maxBuckets', allowed: bounds.maxBuckets, requested },
  );
}

/** The refusal of more vendor rows than may be read, with the zone, the interval and the length of range that would do. */
export function refuseRows(refused: RefusedSeries, edges: readonly number[]): RequestError {
  const { range, interval, timeZone, bounds } = refused;
  const inside = edges.filter((edge) => edge > range.fromMs && edge < range.toMs);
  const rows = coarsestVendorInterval(interval, inside) ?? 'SECOND';
  const requested = countVendorRows(range, rows);
  const longestHours = Math.floor(longestReadable(rows, bounds.maxUpstreamBuckets) / NOMINAL_MS.HOUR);
  const coarser = finestCoarser(refused);
  const ways = [
    ...(isAnswerable({ ...refused, timeZone: 'UTC' }) ? [`'timeZone: "UTC"'`] : []),
    ...(coarser ? [`'interval: ${coarser}'`] : []),
    `a range of at most ${longestHours} hours`,
  ];
  return new RequestError(
    'LIMIT_EXCEEDED',
    `'interval: ${interval}' in ${timeZone} has to be summed from the vendor's ${rows} rows in UTC: ${requested} of them, and ${bounds.maxUpstreamBuckets} may be read. Ask for ${ways.join(', or ')}.`,
    { argument: 'interval', limit: 'maxUpstreamBuckets', allowed: bounds.maxUpstreamBuckets, requested },
  );
}

function finestCoarser(refused: RefusedSeries): Interval | undefined {
  const coarser = INTERVALS.slice(0, INTERVALS.indexOf(refused.interval));
  return coarser.findLast((interval) => isAnswerable({ ...refused, interval }));
}

function isAnswerable({ range, interval, timeZone, nowMs, bounds }: RefusedSeries): boolean {
  const edges = listBucketEdges(range, interval, timeZone, bounds.maxBuckets);
  return edges !== null && planCalls([{ range, edges }], interval, nowMs, bounds) !== null;
}
