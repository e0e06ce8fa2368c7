import { useId, useMemo } from 'react';
import { readStates } from '../../charts/bucket.ts';
import { StackedBars, tallestStack } from '../../charts/bars.tsx';
import { ValueLine } from '../../charts/lines.tsx';
import { TableSwitch, useTableSwitch } from '../../charts/table-switch.tsx';
import { layerFill } from '../../charts/textures.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { readFragment } from '../../generated/fragment-masking.ts';
import { graphql } from '../../generated/gql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useRange } from '../../state/use-range.ts';
import { writeBucket, writeCompact, writeCount } from '../../time/words.ts';
import { Nothing } from './nothing.tsx';
import { spanOf, useSeriesVariables } from './series.ts';
import { Tile } from './tile.tsx';
import { useRows } from './use-rows.ts';

const CALLS = graphql(`
  query OverviewCalls(
    $range: DateTimeRange!
    $interval: Interval!
    $timeZone: TimeZone!
    $compare: Boolean!
  ) {
    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
      id
      totals {
        id
        count
      }
      buckets {
        id
        timestamp
        end
        cut
        filling
        count
      }
      previous @include(if: $compare) {
        id
        totals {
          id
          count
        }
        buckets {
          id
          count
        }
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

/** `GET /usage/analytics/activity`: the tile and the panel ask the same, so the service is asked once. */
export const useCalls = () => usePanelQuery(CALLS, useSeriesVariables());

export function CallsTile() {
  const { data, fetching } = useCalls();
  const series = data?.usageAnalytics;
  return (
    <Tile
      label="Calls"
      source="calls"
      figure={{ now: series?.totals.count, before: series?.previous?.totals.count }}
      write={writeCount}
      rise="neutral"
      isLoading={fetching}
      to={{ path: '/log', words: 'All calls' }}
    />
  );
}

export function CallsPanel() {
  const answer = useCalls();
  const series = answer.data?.usageAnalytics;
  const [asTable] = useTableSwitch('calls');
  const id = useId();
  const { interval, timeZone } = useRange();
  const open = useRows('/log');
  const chart = useMemo(() => {
    const coverage = readFragment(COVERAGE_FIELDS, series?.coverage ?? []);
    const rows = series?.buckets ?? [];
    const buckets = rows.map((row) => {
      const span = spanOf(row);
      const marks = { cut: row.cut, filling: row.filling, missing: row.count === null };
      return { ...span, states: readStates(span, coverage, marks) };
    });
    return {
      buckets,
      counts: rows.map(({ count }) => count),
      before: series?.previous?.buckets.map(({ count }) => count) ?? [],
    };
  }, [series]);
  const { buckets, counts, before } = chart;
  const layers = [{ key: 'calls', name: 'Calls', values: counts, fill: layerFill(id, 0) }];
  const most = Math.max(tallestStack(layers), ...before.map((count) => count ?? 0));
  const axis = useMemo(
    () => ({
      kind: 'linear' as const,
      most,
      title: `calls per ${interval.toLowerCase()}`,
      write: writeCompact,
    }),
    [most, interval],
  );
  const peak = counts.indexOf(Math.max(...counts.map((count) => count ?? 0)));
  const total = series?.totals.count ?? null;
  const summary =
    total === null
      ? 'The number of calls is not known.'
      : `${writeCount(total)} calls, at most ${writeCount(counts[peak] ?? 0)} in one ${interval.toLowerCase()}, that of ${writeBucket(buckets[peak]?.fromMs ?? 0, interval, timeZone)}.`;
  return (
    <Panel
      title="Calls over time"
      answer={answer}
      coverage={series?.coverage}
      height={220}
      actions={<TableSwitch chart="calls" title="Calls over time" />}
    >
      {() =>
        total === 0 ? (
          <Nothing what="calls" coverage={series?.coverage ?? []} />
        ) : (
          <>
            <TimeChart
              id={id}
              label="Calls over time"
              summary={summary}
              buckets={buckets}
              axis={axis}
              asTable={asTable}
              opens="its calls"
              onOpen={(at) => open(buckets[at])}
              readings={(at) => [
                { key: 'calls', name: 'Calls', text: writeKnown(counts[at]), fill: layerFill(id, 0) },
                ...(before.length > 0
                  ? [{ key: 'before', name: 'Period before', text: writeKnown(before[at]) }]
                  : []),
              ]}
            >
              {(plot) => (
                <>
                  <StackedBars plot={plot} buckets={buckets} series={layers} />
                  {before.length > 0 && (
                    <ValueLine plot={plot} buckets={buckets} values={before} className="before" />
                  )}
                </>
              )}
            </TimeChart>
            {before.length > 0 && !asTable && <BeforeKey />}
          </>
        )
      }
    </Panel>
  );
}

/** A count with its unit left to its name; null is not zero. */
export const writeKnown = (value: number | null | undefined): string =>
  typeof value === 'number' ? writeCount(value) : 'not known';

function BeforeKey() {
  return (
    <p className="key keys muted">
      <svg width="18" height="8" aria-hidden="true" className="chart">
        <line x1="0" x2="18" y1="4" y2="4" className="before" />
      </svg>
      the period before
    </p>
  );
}
