import { useRange } from '../../state/use-range.ts';
import { one } from '../../state/search.ts';
import { useSearchState } from '../../state/use-search.ts';
import { previousSpan, toRange } from '../../time/span.ts';

/** Whether the address asks to compare with the period before. */
export function useComparison(): boolean {
  const [search] = useSearchState();
  return one(search, 'vs') === 'previous';
}

/** The arguments of a series over the page's range. */
export function useSeriesVariables() {
  const { range, interval, timeZone } = useRange();
  return { range, interval, timeZone, compare: useComparison() };
}

/** The range of the page, and the one before it. */
export function useTwoRanges() {
  const { range, span } = useRange();
  return { range, before: toRange(previousSpan(span)), compare: useComparison() };
}

interface SeriesBucket {
  readonly timestamp: string;
  readonly end: string;
}

export const spanOf = ({ timestamp, end }: SeriesBucket) => ({
  fromMs: Date.parse(timestamp),
  toMs: Date.parse(end),
});

/** `null` if nothing is known: a sum of nothing is not zero. */
export function sumKnown(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => typeof value === 'number');
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
