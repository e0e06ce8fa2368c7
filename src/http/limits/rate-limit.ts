import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { RatePolicy, SharedBuckets } from '../../base/shared-store.ts';
import type { Clock } from '../../base/time.ts';

/** The result of taking points. */
export interface RateVerdict {
  readonly isAllowed: boolean;
  /** Whole points left. */
  readonly remaining: number;
  /** Seconds until the bucket is full again, rounded up. */
  readonly fullInS: number;
  /** Seconds until there are enough points, rounded up; 0: there were enough. */
  readonly retryAfterS: number;
  readonly policy: RatePolicy;
  /** Returns unused points to the bucket that they came from. */
  giveBack(points: number): void;
}

/** @param there points in the bucket before */
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

/** A bucket of points for each caller. */
export interface RateLimit {
  /** Takes points, or none if there are too few. Never rejects. */
  take(caller: string, points: number): RateVerdict | Promise<RateVerdict>;
}

/** A rate limit that answers synchronously. */
export interface MemoryRateLimit extends RateLimit {
  take(caller: string, points: number): RateVerdict;
}

interface Bucket {
  readonly points: number;
  readonly atMs: number;
}

/** Buckets kept at once. A caller whose bucket is dropped starts again with a full one. */
const MAX_CALLERS = 50_000;

/**
 * Token buckets in the memory of this process. In any `t` seconds a caller takes at most `capacity + perSecond × t` points,
 * not counting those that were given back.
 */
export function createRateLimit(policy: RatePolicy, clock: Clock): MemoryRateLimit {
  const { capacity, perSecond } = policy;
  const buckets = new LRUCache<string, Bucket>({ max: MAX_CALLERS });
  const read = (caller: string): number => {
    const bucket = buckets.get(caller);
    if (!bucket) return capacity;
    // If the clock is set back, the bucket neither gains nor loses.
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
 * One bucket for each caller in all instances, or the buckets of `own` if the shared ones can't be reached. Points go back to
 * the bucket that they came from, so that no bucket gains points.
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

/** The policy's name in the headers: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
const POLICY = '"points"';

/** The standard headers about a caller's points; with `retry-after` if there were too few. */
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

/** The part of an IPv6 address that identifies a caller, because one caller usually has a whole /64 network. */
const NETWORK_BYTES = 8;

/** The key of an address's bucket: an IPv4 address itself, or the /64 network of an IPv6 address. */
export function rateKeyOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = parsed.toByteArray().map((byte, index) => (index < NETWORK_BYTES ? byte : 0));
  return `${ipaddr.fromByteArray(network).toString()}/64`;
}
