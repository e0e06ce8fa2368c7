import type { Span } from '../../time/span.ts';
import { toRange } from '../../time/span.ts';
import type { GroupBucket } from './groups.ts';

/** The stretch of the address, as `from/to`; null: there is none, or it is no stretch. */
export function readSpike(text: string | undefined): Span | null {
  const [from = '', to = ''] = text?.split('/') ?? [];
  const span = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  return span.fromMs < span.toMs ? span : null;
}

export function writeSpike(span: Span): string {
  const { from, to } = toRange(span);
  return `${from}/${to}`;
}

/** The tallest bucket that the range does not cut; null: all are empty. The newest may be cut, and can't be compared then. */
export function findTallest(buckets: readonly GroupBucket[], { fromMs, toMs }: Span): Span | null {
  const whole = buckets.filter(
    (bucket) => bucket.fromMs >= fromMs && bucket.toMs <= toMs && bucket.count > 0,
  );
  const [first, ...others] = whole;
  if (!first) return null;
  const tallest = others.reduce((best, bucket) => (bucket.count > best.count ? bucket : best), first);
  return { fromMs: tallest.fromMs, toMs: tallest.toMs };
}
