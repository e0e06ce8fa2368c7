import type { Range } from '../../../base/range.ts';

/** A stretch of a series and when it was read. */
export interface ReadStretch extends Range {
  /** Milliseconds since the epoch. */
  readonly readAtMs: number;
  /** The vendor failed, and this earlier answer stands in. */
  readonly stale: boolean;
}

/**
 * Neighbours, oldest first, as one wherever that tells no less: they were read together, or the later one had already
 * settled when the other was read, and then the earlier of the two readings is told.
 */
export function joinStretches(stretches: readonly ReadStretch[], settleMs: number): readonly ReadStretch[] {
  const joined: ReadStretch[] = [];
  for (const stretch of stretches) {
    const before = joined.at(-1);
    const readAtMs = Math.min(before?.readAtMs ?? Infinity, stretch.readAtMs);
    const isOne =
      before?.stale === stretch.stale &&
      (before.readAtMs === stretch.readAtMs || stretch.toMs <= readAtMs - settleMs);
    if (before && isOne) joined[joined.length - 1] = { ...before, toMs: stretch.toMs, readAtMs };
    else joined.push(stretch);
  }
  return joined;
}

/** Some stretches, and within `range` what was read of it later. */
export function overlayStretches(
  stretches: readonly ReadStretch[],
  range: Range,
  later: readonly ReadStretch[],
): readonly ReadStretch[] {
  const around = stretches.flatMap((stretch) => [
    { ...stretch, toMs: Math.min(stretch.toMs, range.fromMs) },
    { ...stretch, fromMs: Math.max(stretch.fromMs, range.toMs) },
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
export function areOfOneReading(range: Range, ...series: readonly (readonly ReadStretch[])[]): boolean {
  const readAtMs = series
    .flat()
    .filter(({ fromMs, toMs }) => fromMs < range.toMs && toMs > range.fromMs)
    .map((stretch) => stretch.readAtMs);
  return Math.max(...readAtMs) - Math.min(...readAtMs) <= ONE_READING_MS;
}
