import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { RatePolicy, SharedBuckets } from '../../base/shared-store.ts';
import type { Clock } from '../../base/time.ts';

/** What a caller is told after asking for points. */
export interface RateVerdict {
  readonly isAllowed: boolean;
  /** Whole points left. */
  readonly remaining: number;
  /** Seconds until the bucket is full again, rounded up. */
  readonly fullInS: number;
  /** Seconds until as many points as were asked for are there, rounded up; 0 where they were. */
  readonly retryAfterS: number;
  readonly policy: RatePolicy;
  /** Gives back what was taken and not used, to the bucket that it came from. */
  giveBack(points: number): void;
}

/** What asking for points comes to, where so many were there before. */
export function createRateVerdict(
  there: number,
  points: number,
  policy: RatePolicy,
  giveBack: (points: number) => void,
): RateVerdict {
  const { capacity, perSecond } = policy;
  const isAllowed = points <= there;
  const left = isAllowed ? there - points : there;
  return {
    isAllowed,
    remaining: Math.floor(left),
    fullInS: Math.ceil((capacity - left) / perSecond),
    retryAfterS: isAllowed ? 0 : Math.max(Math.ceil((points - there) / perSecond), 1),
    policy,
    giveBack,
  };
}

/** One bucket of points a caller. */
export interface RateLimit {
  /** Takes points, or none where there are too few. Never rejects. */
  take(caller: string, points: number): RateVerdict | Promise<RateVerdict>;
}

/** One that can tell at once. */
export interface MemoryRateLimit extends RateLimit {
  take(caller: string, points: number): RateVerdict;
}

interface Bucket {
  readonly points: number;
  readonly atMs: number;
}

/** Callers that are remembered at once; one that is forgotten begins with a full bucket. */
const MAX_CALLERS = 50_000;

/**
 * Token buckets, in this process's memory. In any stretch of time a caller takes no more, less what was given back, than
 * `capacity + perSecond × t`.
 */
export function createRateLimit(policy: RatePolicy, clock: Clock): MemoryRateLimit {
  const { capacity, perSecond } = policy;
  const buckets = new LRUCache<string, Bucket>({ max: MAX_CALLERS });
  const read = (caller: string): number => {
    const bucket = buckets.get(caller);
    if (!bucket) return capacity;
    // A clock that is set back gives nothing, and takes nothing.
    const elapsedS = Math.max(clock.now() - bucket.atMs, 0) / 1_000;
    return Math.min(bucket.points + elapsedS * perSecond, capacity);
  };
  const keep = (caller: string, points: number): void =>
    void buckets.set(caller, { points, atMs: clock.now() });
  return {
    take(caller, points) {
      const there = read(caller);
      keep(caller, points <= there ? there - points : there);
      return createRateVerdict(there, points, policy, (unused) =>
        keep(caller, Math.min(read(caller) + unused, capacity)),
      );
    },
  };
}

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

/** Its name in the headers: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
const POLICY = '"points"';

/** What a caller is told of its points: the standard headers, and how long to wait where there were too few. */
export function rateHeaders({
  isAllowed,
  remaining,
  fullInS,
  retryAfterS,
  policy,
}: RateVerdict): Record<string, string> {
  const windowS = Math.ceil(policy.capacity / policy.perSecond);
  return {
    ratelimit: `${POLICY};r=${remaining};t=${fullInS}`,
    'ratelimit-policy': `${POLICY};q=${policy.capacity};w=${windowS}`,
    ...(isAllowed ? {} : { 'retry-after': String(retryAfterS) }),
  };
}

/** How much of an IPv6 address tells callers apart: whoever has one address has at least the 2^64 of its network. */
const NETWORK_BYTES = 8;

/** By what an address is counted: itself, or its /64 network, since its owner may send from any address in it. */
export function rateKeyOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = parsed.toByteArray().map((byte, index) => (index < NETWORK_BYTES ? byte : 0));
  return `${ipaddr.fromByteArray(network).toString()}/64`;
}
