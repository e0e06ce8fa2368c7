import { RequestError } from '../../base/errors.ts';
import { INTERVALS, Temporal } from '../../base/time.ts';
import type { Interval, Range } from '../../base/time.ts';
import { listBucketEdges } from './buckets.ts';

/** The usual length of a bucket, in milliseconds. */
export const NOMINAL_MS: Readonly<Record<Interval, number>> = {
  YEAR: 31_556_952_000,
  QUARTER: 7_889_238_000,
  MONTH: 2_629_746_000,
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1_000,
};

/** The name of an IANA zone as the runtime writes it. @throws RequestError `BAD_USER_INPUT` if there is no such zone */
export function readTimeZone(timeZone: string): string {
  try {
    return new Temporal.ZonedDateTime(0n, timeZone).timeZoneId;
  } catch {
    throw new RequestError('BAD_USER_INPUT', "'timeZone' must be an IANA time zone.", {
      argument: 'timeZone',
    });
  }
}

/**
 * The edges of all buckets that a range touches (`listBucketEdges`).
 * @throws RequestError `LIMIT_EXCEEDED` if there are more than `maxBuckets`
 */
export function requireBucketEdges(
  range: Range,
  interval: Interval,
  timeZone: string,
  maxBuckets: number,
): readonly number[] {
  const edgesOf = (length: Interval) => listBucketEdges(range, length, timeZone, maxBuckets);
  const edges = edgesOf(interval);
  if (edges) return edges;
  const coarser = INTERVALS.slice(0, INTERVALS.indexOf(interval));
  throw tooManyBuckets(
    range,
    interval,
    maxBuckets,
    coarser.findLast((length) => edgesOf(length) !== null),
  );
}

/** The refusal of a range with too many buckets. `coarser` is the finest interval that is allowed, if one is. */
export function tooManyBuckets(
  range: Range,
  interval: Interval,
  maxBuckets: number,
  coarser: Interval | undefined,
): RequestError {
  const requested = Math.ceil((range.toMs - range.fromMs) / NOMINAL_MS[interval]);
  const way = coarser ? `Ask for 'interval: ${coarser}' or a shorter range.` : 'Ask for a shorter range.';
  return new RequestError(
    'LIMIT_EXCEEDED',
    `'interval: ${interval}' makes about ${requested} buckets of this range, and an answer holds ${maxBuckets} at most. ${way}`,
    { argument: 'interval', limit: 'maxBuckets', allowed: maxBuckets, requested },
  );
}
