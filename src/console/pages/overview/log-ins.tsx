import { readFragment } from '../../generated/fragment-masking.ts';
import { graphql } from '../../generated/gql.ts';
import type { OverviewLogInsQuery } from '../../generated/graphql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS, worstStatus } from '../../parts/coverage.tsx';
import { writeCount } from '../../time/words.ts';
import { useTwoRanges } from './series.ts';
import { Tile } from './tile.tsx';

const LOG_INS = graphql(`
  query OverviewLogIns($range: DateTimeRange!, $before: DateTimeRange!, $compare: Boolean!) {
    now: eventBreakdown(
      by: [ACTION]
      range: $range
      filter: { action: { in: ["user-login-failure", "user-locked-out"] } }
    ) {
      groups {
        key {
          value
        }
        count
      }
      coverage {
        ...CoverageFields
      }
    }
    before: eventBreakdown(
      by: [ACTION]
      range: $before
      filter: { action: { in: ["user-login-failure", "user-locked-out"] } }
    ) @include(if: $compare) {
      groups {
        key {
          value
        }
        count
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

/** The vendor itself filters by action, so this reads the failures only. */
const useLogIns = () => usePanelQuery(LOG_INS, useTwoRanges());

export function LogInFailuresTile() {
  return <ActionTile label="Log-in failures" action="user-login-failure" />;
}

export function LockOutsTile() {
  return <ActionTile label="Lock-outs" action="user-locked-out" />;
}

type Counted = OverviewLogInsQuery['now'];

function ActionTile({ label, action }: { readonly label: string; readonly action: string }) {
  const { data, fetching } = useLogIns();
  const isWhole = judge(data?.now ?? null) !== 'partial';
  return (
    <Tile
      label={label}
      source="events"
      figure={{ now: countOf(data?.now ?? null, action), before: countOf(data?.before ?? null, action) }}
      write={writeCount}
      rise="bad"
      isLoading={fetching}
      note={isWhole ? undefined : 'at least: not all was read'}
      to={{ path: '/events', search: { action }, words: 'Which ones' }}
    />
  );
}

/** No group means none, but only if something was read. */
function countOf(counted: Counted, action: string): number | null {
  if (!counted || judge(counted) === 'failed') return null;
  return counted.groups.find(({ key }) => key[0]?.value === action)?.count ?? 0;
}

function judge(counted: Counted): 'whole' | 'partial' | 'failed' {
  if (!counted) return 'whole';
  const coverage = readFragment(COVERAGE_FIELDS, counted.coverage);
  const worst = worstStatus(coverage);
  if (coverage.length > 0 && coverage.every(({ status }) => status === 'FAILED')) return 'failed';
  return worst === 'COMPLETE' || worst === 'FILLING' || worst === null ? 'whole' : 'partial';
}
