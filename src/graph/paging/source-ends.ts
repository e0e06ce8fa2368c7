import type { Source } from '../../base/source.ts';

/** When a source's entries end, if that is known: with the last row of its files. null: they go on until now. */
export type SourceEnds = Readonly<Record<Source, number | null>>;

/** Where the default range of a list over these sources ends: with the last entry that any of them can have. */
export function defaultEnd(ends: SourceEnds, sources: readonly Source[], nowMs: number): number {
  const known = sources.flatMap((source) => ends[source] ?? []);
  return known.length > 0 ? Math.max(...known) : nowMs;
}
