import { useId, useMemo } from 'react';
import { readStates } from '../../charts/bucket.ts';
import { Band, ValueLine } from '../../charts/lines.tsx';
import { TableSwitch, useTableSwitch } from '../../charts/table-switch.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { readFragment } from '../../generated/fragment-masking.ts';
import { graphql } from '../../generated/gql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS, worstStatus } from '../../parts/coverage.tsx';
import { Panel } from '../../parts/panel.tsx';
import { writeCompact, writeMs } from '../../time/words.ts';
import { Nothing } from './nothing.tsx';
import { spanOf, useSeriesVariables } from './series.ts';
import { Tile } from './tile.tsx';
import { useRows } from './use-rows.ts';

const TIMES = graphql(`
  query OverviewTimes(
    $range: DateTimeRange!
    $interval: Interval!
    $timeZone: TimeZone!
    $compare: Boolean!
  ) {
    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
      id
      totals {
        id
        processTime {
          id
          avg
          min
          max
        }
      }
      buckets {
        id
        timestamp
        end
        cut
        filling
        processTime {
          id
          avg
          min
          max
        }
      }
      previous @include(if: $compare) {
        id
        totals {
          id
          processTime {
            id
            avg
          }
        }
        buckets {
          id
          processTime {
            id
            avg
          }
        }
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

/** `GET /usage/analytics/times`. */
const useTimes = () => usePanelQuery(TIMES, useSeriesVariables());

export function AverageTile() {
  const { data, fetching } = useTimes();
  const series = data?.usageAnalytics;
  return (
    <Tile
      label="Average time"
      source="calls"
      figure={{ now: series?.totals.processTime?.avg, before: series?.previous?.totals.processTime?.avg }}
      write={writeMs}
      rise="bad"
      isLoading={fetching}
      why={series && isRead(series.coverage) ? 'no calls' : undefined}
    />
  );
}

type Coverage = Parameters<typeof Nothing>[0]['coverage'];

/** A time of null means that there were no calls, unless the series failed. */
function isRead(coverage: Coverage): boolean {
  const worst = worstStatus(readFragment(COVERAGE_FIELDS, coverage));
  return worst === 'COMPLETE' || worst === 'FILLING';
}

/** If the longest call took more than this many averages, equal steps would leave the average at the bottom. */
const MOST_AVERAGES = 8;

const writeTime = (value: number | null | undefined, none: string): string =>
  typeof value === 'number' ? writeMs(value) : none;

export function TimesPanel() {
  const answer = useTimes();
  const series = answer.data?.usageAnalytics;
  const [asTable] = useTableSwitch('times');
  const id = useId();
  const open = useRows('/log');
  const { buckets, times, before, hasFailed } = useMemo(() => {
    const coverage = readFragment(COVERAGE_FIELDS, series?.coverage ?? []);
    const rows = series?.buckets ?? [];
    return {
      buckets: rows.map((row) => {
        const span = spanOf(row);
        return { ...span, states: readStates(span, coverage, { cut: row.cut, filling: row.filling }) };
      }),
      times: rows.map(({ processTime }) => processTime),
      before: series?.previous?.buckets.map(({ processTime }) => processTime?.avg ?? null) ?? [],
      hasFailed: coverage.some(({ status }) => status === 'FAILED'),
    };
  }, [series]);
  const total = series?.totals.processTime ?? null;
  const axis = useMemo(() => {
    const kind = total && total.max > total.avg * MOST_AVERAGES ? ('log' as const) : ('linear' as const);
    return {
      kind,
      least: total?.min ?? 1,
      most: total?.max ?? 1,
      title: kind === 'log' ? 'ms, each line ten times the one below' : 'ms',
      write: writeCompact,
    };
  }, [total]);
  return (
    <Panel
      title="Response times"
      answer={answer}
      coverage={series?.coverage}
      height={220}
      actions={<TableSwitch chart="times" title="Response times" />}
    >
      {() =>
        total === null && !hasFailed ? (
          <Nothing what="calls with a time" coverage={series?.coverage ?? []} />
        ) : (
          <>
            <TimeChart
              id={id}
              label="Response times"
              summary={
                total
                  ? `On average ${writeMs(total.avg)}; the shortest call took ${writeMs(total.min)}, the longest ${writeMs(total.max)}.`
                  : 'How long the calls took is not known.'
              }
              buckets={buckets}
              axis={axis}
              asTable={asTable}
              opens="its calls"
              onOpen={(at) => open(buckets[at])}
              readings={(at) => {
                const none = buckets[at]?.states.includes('missing') ? 'not known' : 'no calls';
                const time = times[at];
                return [
                  { key: 'max', name: 'Longest', text: writeTime(time?.max, none) },
                  { key: 'avg', name: 'Average', text: writeTime(time?.avg, none) },
                  { key: 'min', name: 'Shortest', text: writeTime(time?.min, none) },
                  ...(before.length > 0
                    ? [{ key: 'before', name: 'Average before', text: writeTime(before[at], 'none') }]
                    : []),
                ];
              }}
            >
              {(plot) => (
                <>
                  <Band
                    plot={plot}
                    buckets={buckets}
                    low={times.map((time) => time?.min ?? null)}
                    high={times.map((time) => time?.max ?? null)}
                  />
                  <ValueLine
                    plot={plot}
                    buckets={buckets}
                    values={times.map((time) => time?.avg)}
                    className="average"
                  />
                  {before.length > 0 && (
                    <ValueLine plot={plot} buckets={buckets} values={before} className="before" />
                  )}
                </>
              )}
            </TimeChart>
            <p className="row muted keys chart">
              <span className="key">
                <svg width="18" height="12" aria-hidden="true">
                  <rect width="18" height="12" className="band" />
                </svg>
                shortest to longest
              </span>
              <span className="key">
                <svg width="18" height="8" aria-hidden="true">
                  <line x1="0" x2="18" y1="4" y2="4" className="average" />
                </svg>
                average
              </span>
            </p>
          </>
        )
      }
    </Panel>
  );
}
