import type { Span } from '../../time/span.ts';
import type { Group, GroupBucket } from './groups.ts';

/** A bucket in which the calls of a group took much longer than they usually do. */
export interface Standout extends Span {
  readonly key: Group['key'];
  /** The calls of this bucket. */
  readonly count: number;
  /** Milliseconds, in this bucket. */
  readonly p95: number;
  /** The median of the p95 of the group's other buckets. */
  readonly usual: number;
  /** `p95` divided by `usual`. */
  readonly times: number;
}

export interface Judgement {
  /** The largest rise first. */
  readonly standouts: readonly Standout[];
  /** How many groups have enough buckets to compare. */
  readonly judged: number;
  /** How many have too few. */
  readonly unjudged: number;
}

/** Five calls lie above the p95 of 100. The p95 of 47 calls is made by two of them, so chance moves it by a factor. */
export const LEAST_CALLS = 100;
/** With fewer other buckets nothing is usual. */
export const LEAST_OTHERS = 3;
/** A smaller rise is in what a p95 changes from bucket to bucket. */
export const LEAST_TIMES = 1.5;

/**
 * The slowest bucket of each group against what is usual for that group. An element that is always slow does not stand out, and one that is
 * usually quick does. Rows without a value are no group, because nothing joins them.
 *
 * @param isWhole whether a bucket lies in the range, all of its rows were read, and none can be added
 */
export function findSlow(groups: readonly Group[], isWhole: (bucket: GroupBucket) => boolean): Judgement {
  const named = groups.filter(({ key }) => !key.includes(null));
  const compared = named.flatMap(({ key, buckets }): Standout[] => {
    const measured = buckets.flatMap((bucket) => {
      const { fromMs, toMs, count, p95 } = bucket;
      return p95 !== null && count >= LEAST_CALLS && isWhole(bucket) ? [{ fromMs, toMs, count, p95 }] : [];
    });
    const [slowest, ...others] = measured.toSorted((one, other) => other.p95 - one.p95);
    const usual = medianOf(others.map(({ p95 }) => p95));
    if (!slowest || others.length < LEAST_OTHERS || usual <= 0) return [];
    return [{ key, ...slowest, usual, times: slowest.p95 / usual }];
  });
  return {
    standouts: compared
      .filter(({ times }) => times >= LEAST_TIMES)
      .toSorted((one, other) => other.times - one.times),
    judged: compared.length,
    unjudged: named.length - compared.length,
  };
}

/** Of values from large to small. */
function medianOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const [high = 0, low = 0] = [values[Math.floor(middle)], values[Math.ceil(middle)]];
  return (high + low) / 2;
}
