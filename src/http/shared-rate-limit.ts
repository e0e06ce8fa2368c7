import type { RatePolicy } from '../base/rate-policy.ts';
import type { SharedBuckets } from '../base/shared-buckets.ts';
import type { RateLimit } from './rate-limit.ts';
import { createRateVerdict } from './rate-verdict.ts';

/**
 * One bucket a caller for all instances, and `own` where the shared ones can't be had. What was taken from one of the two
 * is given back to that one, so that neither gains what it never gave.
 */
export function createSharedRateLimit(policy: RatePolicy, buckets: SharedBuckets, own: RateLimit): RateLimit {
  return {
    async take(caller, points) {
      const there = await buckets.take(caller, points, policy);
      if (there === null) return own.take(caller, points);
      return createRateVerdict(there, points, policy, (unused) => buckets.giveBack(caller, unused, policy));
    },
  };
}
