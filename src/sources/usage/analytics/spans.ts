import type { Range } from '../../../base/time.ts';

/** A stretch of a series and when it was read. */
export interface ReadSpan extends Range {
  /** Milliseconds since the epoch. */
  readonly readAtMs: number;
  /** The vendor failed, and this earlier answer stands in. */
  readonly stale: boolean;
}

/**
 * Neighbours, oldest first, as one wherever that tells no less: they were read together, or the later one had already
 * settled when the other was read, and then the earlier of the two readings is told.
 */
export function joinSpans(spans: readonly ReadSpan[], settleMs: number): readonly ReadSpan[] {
  const joined: ReadSpan[] = [];
  for (const span of spans) {
    const before = joined.at(-1);
    const readAtMs = Math.min(before?.readAtMs ?? Infinity, span.readAtMs);
    const isOne =
      before?.stale === span.stale && (before.readAtMs === span.readAtMs || span.toMs <= readAtMs - settleMs);
    if (before && isOne) joined[joined.length - 1] = { ...before, toMs: span.toMs, readAtMs };
    else joined.push(span);
  }
  return joined;
}

/** Some stretches, and within `range` what was read of it later. */
export function overlaySpans(
  spans: readonly ReadSpan[],
  range: Range,
  later: readonly ReadSpan[],
): readonly ReadSpan[] {
  const around = spans.flatMap((span) => [
    { ...span, toMs: Math.min(span.toMs, range.fromMs) },
    { ...span, fromMs: Math.max(span.fromMs, range.toMs) },
  ]);
  return [...around.filter(({ fromMs, toMs }) => fromMs < toMs), ...later].toSorted(
    (a, b) => a.fromMs - b.fromMs,
  );
}

/** Ranges in order, neighbours that touch as one. */
export function uniteRanges<Part extends Range>(ranges: readonly Part[]): readonly Part[] {
  const united: Part[] = [];
  for (const range of ranges) {
    const before = united.at(-1);
    if (before?.toMs === range.fromMs) united[united.length - 1] = { ...before, toMs: range.toMs };
    else united.push(range);
  }
  return united;
}

/** What is read within so many milliseconds is as of one moment, as far as two series can be: calls are made side by side. */
const ONE_READING_MS = 5_000;

/** Whether all that was read of a range, of one series and of another, was read at one time. */
export function wereReadTogether(range: Range, ...series: readonly (readonly ReadSpan[])[]): boolean {
  const readAtMs = series
    .flat()
    .filter(({ fromMs, toMs }) => fromMs < range.toMs && toMs > range.fromMs)
    .map((span) => span.readAtMs);
  return Math.max(...readAtMs) - Math.min(...readAtMs) <= ONE_READING_MS;
}
