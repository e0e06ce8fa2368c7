import type { Range } from '../../../base/time.ts';
import type { AnswerOrigin } from '../../../upstream/upstream.ts';

/** A span of a series and when it was read. */
export interface SeriesSpan extends Range {
  /** When it was asked for, in milliseconds since the epoch. */
  readonly readAtMs: number;
  /** The vendor failed, and this is an earlier answer. */
  readonly stale: boolean;
  readonly origin: AnswerOrigin;
}

/**
 * Joins neighbours of one origin, oldest first, if they were read together, or if the later one had settled before both readings.
 * A joined span has the earlier reading time.
 */
export function joinSpans(spans: readonly SeriesSpan[], settleMs: number): readonly SeriesSpan[] {
  const joined: SeriesSpan[] = [];
  for (const span of spans) {
    const before = joined.at(-1);
    const readAtMs = Math.min(before?.readAtMs ?? Infinity, span.readAtMs);
    const isOne =
      before?.stale === span.stale &&
      before.origin === span.origin &&
      (before.readAtMs === span.readAtMs || span.toMs <= readAtMs - settleMs);
    if (before && isOne) joined[joined.length - 1] = { ...before, toMs: span.toMs, readAtMs };
    else joined.push(span);
  }
  return joined;
}

/** Replaces the part of `spans` that lies in `range` by spans that were read later. */
export function overlaySpans(
  spans: readonly SeriesSpan[],
  range: Range,
  later: readonly SeriesSpan[],
): readonly SeriesSpan[] {
  const around = spans.flatMap((span) => [
    { ...span, toMs: Math.min(span.toMs, range.fromMs) },
    { ...span, fromMs: Math.max(span.fromMs, range.toMs) },
  ]);
  return [...around.filter(({ fromMs, toMs }) => fromMs < toMs), ...later].toSorted(
    (a, b) => a.fromMs - b.fromMs,
  );
}

/** Joins ranges that touch; they must be in order. */
export function joinTouching<Part extends Range>(ranges: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  for (const range of ranges) {
    const before = joined.at(-1);
    if (before?.toMs === range.fromMs) joined[joined.length - 1] = { ...before, toMs: range.toMs };
    else joined.push(range);
  }
  return joined;
}

/** Two series that were read within this time count as read together, because their calls run at the same time. */
const ONE_READING_MS = 5_000;

/** Whether all spans of these series that touch a range were read at one time. */
export function wereReadTogether(range: Range, ...series: readonly (readonly SeriesSpan[])[]): boolean {
  const readAtMs = series
    .flat()
    .filter(({ fromMs, toMs }) => fromMs < range.toMs && toMs > range.fromMs)
    .map((span) => span.readAtMs);
  return Math.max(...readAtMs) - Math.min(...readAtMs) <= ONE_READING_MS;
}
