import { useId, useMemo } from 'react';
import { Band, ValueLine } from '../../charts/lines.tsx';
import type { ValueAxisWords } from '../../charts/plot.ts';
import { readFragment } from '../../generated/fragment-masking.ts';
import type { FragmentType } from '../../generated/fragment-masking.ts';
import { graphql } from '../../generated/gql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS, worstStatus } from '../../parts/coverage.tsx';
import { writeCompact, writeMs } from '../../time/words.ts';
import { ChartPanel } from './chart-panel.tsx';
import { MoreLink } from './more-link.tsx';
import { readBuckets, useSeriesVariables } from './series.ts';
import { Tile } from './tile.tsx';

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

/** A time of null means that there were no calls, unless the series failed. */
function isRead(coverage: readonly FragmentType<typeof COVERAGE_FIELDS>[]): boolean {
  const worst = worstStatus(readFragment(COVERAGE_FIELDS, coverage));
  return worst === 'COMPLETE' || worst === 'FILLING';
}

/** If the longest call took more than this many averages, equal steps would leave the average at the bottom. */
const MOST_AVERAGES = 8;

const writeTime = (value: number | null | undefined, none: string): string =>
  typeof value === 'number' ? writeMs(value) : none;

export function TimesPanel() {
  const answer = useTimes();
  const series = answer.data?.usageAnalytics ?? null;
  const id = useId();
  const buckets = useMemo(() => readBuckets(series), [series]);
  const times = series?.buckets.map(({ processTime }) => processTime) ?? [];
  const before = series?.previous?.buckets.map(({ processTime }) => processTime?.avg ?? null) ?? [];
  const hasFailed = readFragment(COVERAGE_FIELDS, series?.coverage ?? []).some(
    ({ status }) => status === 'FAILED',
  );
  const total = series?.totals.processTime ?? null;
  const axis = useMemo((): ValueAxisWords => {
    const kind = total && total.max > total.avg * MOST_AVERAGES ? 'log' : 'linear';
    return {
      kind,
      least: total?.min ?? 1,
      most: total?.max ?? 1,
      title: kind === 'log' ? 'ms, each line ten times the one below' : 'ms',
      write: writeCompact,
    };
  }, [total]);
  return (
    <ChartPanel
      id={id}
      chart="times"
      title="Response times"
      source="calls"
      answer={answer}
      coverage={series?.coverage}
      height={220}
      actions={<MoreLink to="/breakdown" search={{}} words="Which element?" />}
      nothing={total === null && !hasFailed ? 'calls with a time' : null}
      summary={
        total
          ? `On average ${writeMs(total.avg)}; the shortest call took ${writeMs(total.min)}, the longest ${writeMs(total.max)}.`
          : 'How long the calls took is not known.'
      }
      buckets={buckets}
      axis={axis}
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
      keys={<TimeKeys />}
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
    </ChartPanel>
  );
}

function TimeKeys() {
  return (
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
  );
}
