import type { Range } from '../../base/range.ts';

/**
 * The fewest ranges that cover all of these: those that overlap, touch or lie no further apart than `gapMs` become one.
 * Newest first, disjoint.
 */
export function mergeRanges(ranges: readonly Range[], gapMs: number): Range[] {
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const range of [...ranges].sort((a, b) => b.toMs - a.toMs)) {
    const newer = merged.at(-1);
    if (newer && range.toMs >= newer.fromMs - gapMs) newer.fromMs = Math.min(newer.fromMs, range.fromMs);
    else merged.push({ ...range });
  }
  return merged;
}
