import type { Source } from '../../base/source.ts';
import { MINUTE_MS } from '../../base/time.ts';

/** How an export tells time and waits. Tests replace it, so that no test sleeps. */
export interface Timing {
  /** Milliseconds since an unspecified moment. It never goes back. */
  now(): number;
  /** Rejects if the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The vendor calls that all exports together may make over time. */
export interface Pace {
  /** Waits until a call to each of the sources is due. Rejects if the signal aborts. */
  turn(sources: readonly Source[], signal: AbortSignal): Promise<void>;
  /** Notes calls that were made. */
  charge(source: Source, calls: number): void;
}

/** The part of a minute's calls that may be made at once. */
const BURST_SHARE = 1 / 3;

/**
 * Each source has a bucket of calls. A page takes as many calls as it needs, also more than are left, and the next page of each
 * export waits until they are paid off. So the calls of a long time keep to the pace, although nobody knows a page's calls before.
 * @param callsPerMinute to each source
 * @param unpaced sources without a vendor, which may be called at will
 */
export function createPace(
  callsPerMinute: number,
  { now, wait }: Timing,
  unpaced: ReadonlySet<Source> = new Set(),
): Pace {
  const capacity = Math.max(1, callsPerMinute * BURST_SHARE);
  const perMs = callsPerMinute / MINUTE_MS;
  const buckets = new Map<Source, { calls: number; atMs: number }>();
  const read = (source: Source): number => {
    const bucket = buckets.get(source);
    if (!bucket) return capacity;
    return Math.min(capacity, bucket.calls + Math.max(0, now() - bucket.atMs) * perMs);
  };
  return {
    async turn(sources, signal) {
      for (;;) {
        const missing = 1 - Math.min(capacity, ...sources.filter((source) => !unpaced.has(source)).map(read));
        if (missing <= 0) return;
        await wait(Math.ceil(missing / perMs), signal);
      }
    },
    charge(source, calls) {
      buckets.set(source, { calls: read(source) - calls, atMs: now() });
    },
  };
}
