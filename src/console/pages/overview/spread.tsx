import { readFragment } from '../../generated/fragment-masking.ts';
import { graphql } from '../../generated/gql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS, worstStatus } from '../../parts/coverage.tsx';
import { one } from '../../state/search.ts';
import { useService } from '../../state/service.ts';
import { useSearchState } from '../../state/use-search.ts';
import { writeMany, writeMs } from '../../time/words.ts';
import { useCalls } from './calls.tsx';
import { useTwoRanges } from './series.ts';
import { Tile } from './tile.tsx';

const SPREAD = graphql(`
  query OverviewSpread($range: DateTimeRange!, $before: DateTimeRange!, $compare: Boolean!) {
    now: usageBreakdown(by: [STATUS], range: $range, filter: { status: SUCCESS }, top: 1) {
      groups {
        count
        processTime {
          p95
        }
      }
      coverage {
        ...CoverageFields
      }
    }
    before: usageBreakdown(by: [STATUS], range: $before, filter: { status: SUCCESS }, top: 1)
      @include(if: $compare) {
      groups {
        count
        processTime {
          p95
        }
      }
    }
  }
`);

/** The vendor has no percentiles, so the rows must be read. Up to here that takes a few calls, and is done unasked. */
const UNASKED_CALLS = 1_000;

/**
 * The time that 95 of 100 successful calls did not exceed. (A breakdown has percentiles of each group but not of all, so failed calls, which
 * often end at once, are left out.) For a long range the reader decides, because it takes a vendor call for each page of rows.
 */
export function SpreadTile() {
  const { data: series, fetching: isCounting } = useCalls();
  const { service } = useService();
  const [search, change] = useSearchState();
  const count = series?.usageAnalytics?.totals.count ?? null;
  const isCheap = service.archive !== null || (count !== null && count <= UNASKED_CALLS);
  const isWanted = isCheap || one(search, 'p95') === 'ask';
  const { data, fetching } = usePanelQuery(SPREAD, useTwoRanges(), { pause: !isWanted });
  const [group] = data?.now?.groups ?? [];
  const coverage = readFragment(COVERAGE_FIELDS, data?.now?.coverage ?? []);
  const isPartial = worstStatus(coverage) === 'TRUNCATED';
  const label = 'p95 time of successes';
  if (!isWanted && !isCounting)
    return (
      <section className="tile" data-source="calls">
        <h2>{label}</h2>
        <p className="tile-note">
          It takes {count === null ? 'some' : describeCalls(count, service.limits)} to read the rows.
        </p>
        <button
          type="button"
          className="button"
          onClick={() => change({ p95: 'ask' }, { replace: true })}
          aria-label="Work out the p95 time"
        >
          Work it out
        </button>
      </section>
    );
  return (
    <Tile
      label={label}
      source="calls"
      figure={{ now: group?.processTime?.p95, before: data?.before?.groups[0]?.processTime?.p95 }}
      write={writeMs}
      rise="bad"
      isLoading={fetching || isCounting}
      why={data?.now && worstStatus(coverage) !== 'FAILED' ? 'no calls' : undefined}
      note={isPartial && group ? `of the newest ${writeMany(group.count, 'call')} only` : undefined}
    />
  );
}

function describeCalls(
  count: number,
  limits: { readonly maxPageSize: number; readonly maxScannedRows: number },
): string {
  const calls = Math.ceil(Math.min(count, limits.maxScannedRows) / limits.maxPageSize);
  return `about ${writeMany(calls, 'vendor call')}`;
}
