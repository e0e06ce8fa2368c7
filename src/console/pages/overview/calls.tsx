import { useId, useMemo } from 'react';
import { StackedBars, tallestStack } from '../../charts/bars.tsx';
import { ValueLine } from '../../charts/lines.tsx';
import { useTableSwitch } from '../../charts/table-switch.tsx';
import { layerFill } from '../../charts/textures.tsx';
import { useCountAxis } from '../../charts/use-count-axis.ts';
import { graphql } from '../../generated/gql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { useRange } from '../../state/use-range.ts';
import { writeBucket, writeCount, writeMany } from '../../time/words.ts';
import { ChartPanel } from './chart-panel.tsx';
import { readBuckets, useSeriesVariables, writeKnown } from './series.ts';
import { Tile } from './tile.tsx';

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
  const series = answer.data?.usageAnalytics ?? null;
  const [asTable] = useTableSwitch('calls');
  const id = useId();
  const { interval, timeZone } = useRange();
  const buckets = useMemo(() => readBuckets(series, ({ count }) => count === null), [series]);
  const counts = series?.buckets.map(({ count }) => count) ?? [];
  const before = series?.previous?.buckets.map(({ count }) => count) ?? [];
  const layers = [{ key: 'calls', name: 'Calls', values: counts, fill: layerFill(id, 0) }];
  const axis = useCountAxis('calls', Math.max(tallestStack(layers), ...before.map((count) => count ?? 0)));
  const peak = counts.indexOf(Math.max(...counts.map((count) => count ?? 0)));
  const total = series?.totals.count ?? null;
  return (
    <ChartPanel
      id={id}
      chart="calls"
      title="Calls over time"
      source="calls"
      answer={answer}
      coverage={series?.coverage}
      height={220}
      nothing={total === 0 ? 'calls' : null}
      summary={
        total === null
          ? 'The number of calls is not known.'
          : `${writeMany(total, 'call')}, at most ${writeCount(counts[peak] ?? 0)} in one ${interval.toLowerCase()}, that of ${writeBucket(buckets[peak]?.fromMs ?? 0, interval, timeZone)}.`
      }
      buckets={buckets}
      axis={axis}
      readings={(at) => [
        { key: 'calls', name: 'Calls', text: writeKnown(counts[at]), fill: layerFill(id, 0) },
        ...(before.length > 0
          ? [{ key: 'before', name: 'Period before', text: writeKnown(before[at]) }]
          : []),
      ]}
      keys={before.length > 0 && !asTable && <BeforeKey />}
    >
      {(plot) => (
        <>
          <StackedBars plot={plot} buckets={buckets} series={layers} />
          {before.length > 0 && (
            <ValueLine plot={plot} buckets={buckets} values={before} className="before" />
          )}
        </>
      )}
    </ChartPanel>
  );
}

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
