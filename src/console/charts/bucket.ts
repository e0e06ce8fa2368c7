import type { Span } from '../time/span.ts';

/** Why the figure of a bucket is not the whole, final figure. */
export type BucketState = 'missing' | 'stale' | 'partial' | 'cut' | 'filling';

/** Most severe first, with the words of legends, tooltips and tables. */
export const STATE_WORDS: Readonly<Record<BucketState, string>> = {
  missing: 'not known',
  stale: 'from an earlier answer',
  partial: 'not all read',
  cut: 'cut by the range',
  filling: 'still filling',
};

export interface ChartBucket extends Span {
  readonly states: readonly BucketState[];
}

interface CoverageSpan {
  readonly from: string;
  readonly to: string;
  readonly status: string;
}

const OF_STATUS: Readonly<Record<string, BucketState>> = {
  FAILED: 'missing',
  STALE: 'stale',
  TRUNCATED: 'partial',
  EXPIRED: 'partial',
  FILLING: 'filling',
};

/**
 * The states of a bucket by the coverage of its source, most severe first.
 *
 * @param marks what is known of the bucket itself, such as that the range cuts it
 */
export function readStates(
  { fromMs, toMs }: Span,
  coverage: readonly CoverageSpan[],
  marks: Readonly<Partial<Record<BucketState, boolean>>> = {},
): readonly BucketState[] {
  const found = new Set<BucketState>();
  for (const { from, to, status } of coverage) {
    const state = OF_STATUS[status];
    if (state && Date.parse(from) < toMs && Date.parse(to) > fromMs) found.add(state);
  }
  const states = Object.keys(STATE_WORDS) as BucketState[];
  return states.filter((state) => marks[state] ?? found.has(state));
}

/** The index of the bucket that holds a time; null: none does. */
export function findBucket(buckets: readonly Span[], ms: number): number | null {
  const at = buckets.findIndex(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
  return at < 0 ? null : at;
}

/** The part of a bucket that lies in the range of the page. */
export function clampSpan(inner: Span, outer: Span): Span {
  return { fromMs: Math.max(inner.fromMs, outer.fromMs), toMs: Math.min(inner.toMs, outer.toMs) };
}
