import { useId, useMemo } from 'react';
import { layerAt, StackedBars, tallestStack } from '../../charts/bars.tsx';
import { readStates } from '../../charts/bucket.ts';
import { Legend } from '../../charts/legend.tsx';
import { TableSwitch, useTableSwitch } from '../../charts/table-switch.tsx';
import { failedFill, layerFill } from '../../charts/textures.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { readFragment } from '../../generated/fragment-masking.ts';
import { graphql } from '../../generated/gql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useRange } from '../../state/use-range.ts';
import { writeCompact, writeCount, writeShare } from '../../time/words.ts';
import { writeKnown } from './calls.tsx';
import { Nothing } from './nothing.tsx';
import { spanOf, sumKnown, useSeriesVariables } from './series.ts';
import { Tile } from './tile.tsx';
import { useHidden } from './use-hidden.ts';
import { useRows } from './use-rows.ts';

const STATUSES = graphql(`
  query OverviewStatuses(
    $range: DateTimeRange!
    $interval: Interval!
    $timeZone: TimeZone!
    $compare: Boolean!
  ) {
    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
      id
      totals {
        id
        successRate
        statuses {
          id
          success
          failed
        }
      }
      buckets {
        id
        timestamp
        end
        cut
        filling
        statuses {
          id
          success
          failed
        }
      }
      previous @include(if: $compare) {
        id
        totals {
          id
          successRate
        }
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

/** `GET /usage/analytics/statuses`. */
const useStatuses = () => usePanelQuery(STATUSES, useSeriesVariables());

export function SuccessTile() {
  const { data, fetching } = useStatuses();
  const series = data?.usageAnalytics;
  const failed = series?.totals.statuses?.failed;
  return (
    <Tile
      label="Success rate"
      source="calls"
      figure={{ now: series?.totals.successRate, before: series?.previous?.totals.successRate }}
      write={writeShare}
      isShare
      rise="good"
      isLoading={fetching}
      why={series?.totals.statuses ? 'no calls' : undefined}
      to={{ path: '/log', search: { status: 'failed' }, words: `${writeKnown(failed)} failed` }}
    />
  );
}

export function StatusesPanel() {
  const answer = useStatuses();
  const series = answer.data?.usageAnalytics;
  const [asTable] = useTableSwitch('statuses');
  const [hidden, toggle] = useHidden('status');
  const { interval } = useRange();
  const id = useId();
  const open = useRows('/log');
  const { buckets, all } = useMemo(() => {
    const coverage = readFragment(COVERAGE_FIELDS, series?.coverage ?? []);
    const rows = series?.buckets ?? [];
    return {
      buckets: rows.map((row) => {
        const span = spanOf(row);
        const marks = { cut: row.cut, filling: row.filling, missing: row.statuses === null };
        return { ...span, states: readStates(span, coverage, marks) };
      }),
      // Failures lie at the bottom, so that they can be compared from bucket to bucket.
      all: [
        {
          key: 'failed',
          name: 'Failed',
          fill: failedFill(id),
          values: rows.map(({ statuses }) => statuses?.failed ?? null),
        },
        {
          key: 'success',
          name: 'Succeeded',
          fill: layerFill(id, 4),
          values: rows.map(({ statuses }) => statuses?.success ?? null),
        },
      ],
    };
  }, [series, id]);
  const layers = all.filter(({ key }) => !hidden.has(key));
  const most = tallestStack(layers);
  const axis = useMemo(
    () => ({
      kind: 'linear' as const,
      most,
      title: `calls per ${interval.toLowerCase()}`,
      write: writeCompact,
    }),
    [most, interval],
  );
  const totals = series?.totals.statuses ?? null;
  return (
    <Panel
      title="Successes and failures"
      answer={answer}
      coverage={series?.coverage}
      height={240}
      actions={<TableSwitch chart="statuses" title="Successes and failures" />}
    >
      {() =>
        totals && totals.success + totals.failed === 0 ? (
          <Nothing what="calls" coverage={series?.coverage ?? []} />
        ) : (
          <>
            <TimeChart
              id={id}
              label="Successes and failures"
              summary={
                totals
                  ? `${writeCount(totals.failed)} calls failed and ${writeCount(totals.success)} succeeded.`
                  : 'How the calls ended is not known.'
              }
              buckets={buckets}
              axis={axis}
              asTable={asTable}
              layers={5}
              opens="its calls"
              onOpen={(at, part) => open(buckets[at], part === undefined ? {} : { status: part })}
              partAt={(at, value) => layerAt(layers, at, value)}
              readings={(at) =>
                layers
                  .map(({ key, name, values, fill }) => ({
                    key,
                    name,
                    fill,
                    text: writeKnown(values[at]),
                    isPart: true,
                  }))
                  .toReversed()
              }
            >
              {(plot) => <StackedBars plot={plot} buckets={buckets} series={layers} />}
            </TimeChart>
            <Legend
              hidden={hidden}
              onToggle={toggle}
              items={all.map(({ key, name, fill, values }) => ({
                key,
                name,
                fill,
                text: writeKnown(sumKnown(values)),
              }))}
            />
          </>
        )
      }
    </Panel>
  );
}
