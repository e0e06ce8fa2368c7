import { readStates } from '../../charts/bucket.ts';
import type { ChartBucket } from '../../charts/bucket.ts';
import { readFragment } from '../../generated/fragment-masking.ts';
import type { FragmentType } from '../../generated/fragment-masking.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { useRange } from '../../state/use-range.ts';
import { one } from '../../state/search.ts';
import { useSearchState } from '../../state/use-search.ts';
import { previousSpan, toRange } from '../../time/span.ts';
import { writeCount } from '../../time/words.ts';

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

interface MarkedBucket extends SeriesBucket {
  readonly cut: boolean;
  readonly filling: boolean;
}

/**
 * The buckets of a series with their states.
 *
 * @param isMissing whether the figure of a bucket is not known. Left out: its coverage says so.
 */
export function readBuckets<Row extends MarkedBucket>(
  series: {
    readonly buckets: readonly Row[];
    readonly coverage: readonly FragmentType<typeof COVERAGE_FIELDS>[];
  } | null,
  isMissing?: (row: Row) => boolean,
): readonly ChartBucket[] {
  const coverage = readFragment(COVERAGE_FIELDS, series?.coverage ?? []);
  return (series?.buckets ?? []).map((row) => {
    const span = spanOf(row);
    const marks = {
      cut: row.cut,
      filling: row.filling,
      ...(isMissing && { missing: isMissing(row) }),
    };
    return { ...span, states: readStates(span, coverage, marks) };
  });
}

/** `null` if nothing is known: a sum of nothing is not zero. */
export function sumKnown(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => typeof value === 'number');
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** A count with its unit left to its name; null is not zero. */
export const writeKnown = (value: number | null | undefined): string =>
  typeof value === 'number' ? writeCount(value) : 'not known';
