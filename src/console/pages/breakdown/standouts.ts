import type { Span } from '../../time/span.ts';
import type { Group, GroupBucket } from './groups.ts';

/** A bucket in which the calls of a group took much longer than they usually do. */
export interface Standout extends Span {
  readonly key: Group['key'];
  /** Milliseconds, in this bucket. */
  readonly p95: number;
  /** The median of the p95 of the group's other buckets. */
  readonly usual: number;
  /** `p95` divided by `usual`. */
  readonly times: number;
}

/** The p95 of fewer calls is the longest of them, which says little of the others. */
export const LEAST_CALLS = 20;
/** With fewer other buckets nothing is usual. */
const LEAST_OTHERS = 2;
/** A smaller rise is in what a p95 changes from bucket to bucket. */
export const LEAST_TIMES = 1.5;

/**
 * The slowest bucket of each group against what is usual for that group, the largest rise first. An element that is always slow does not
 * stand out, and one that is usually quick does.
 *
 * @param isRead whether all rows of a bucket were read
 */
export function findSlow(groups: readonly Group[], isRead: (bucket: GroupBucket) => boolean): Standout[] {
  return groups
    .flatMap(({ key, buckets }) => {
      const measured = buckets.flatMap(({ count, p95, ...span }) =>
        p95 !== null && count >= LEAST_CALLS && isRead({ count, p95, ...span })
          ? [{ fromMs: span.fromMs, toMs: span.toMs, p95 }]
          : [],
      );
      const [slowest, ...others] = measured.toSorted((one, other) => other.p95 - one.p95);
      const usual = medianOf(others.map(({ p95 }) => p95));
      if (!slowest || others.length < LEAST_OTHERS || usual <= 0) return [];
      return [{ key, ...slowest, usual, times: slowest.p95 / usual }];
    })
    .filter(({ times }) => times >= LEAST_TIMES)
    .toSorted((one, other) => other.times - one.times);
}

/** Of values from large to small. */
function medianOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const [high = 0, low = 0] = [values[Math.floor(middle)], values[Math.ceil(middle)]];
  return (high + low) / 2;
}
