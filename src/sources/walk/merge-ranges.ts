import type { Range } from '../../base/range.ts';

/** The fewest ranges that cover just these: those that overlap or touch become one. Newest first, disjoint. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const range of [...ranges].sort((a, b) => b.toMs - a.toMs)) {
    const newer = merged.at(-1);
    if (newer && range.toMs >= newer.fromMs) newer.fromMs = Math.min(newer.fromMs, range.fromMs);
    else merged.push({ ...range });
  }
  return merged;
}
