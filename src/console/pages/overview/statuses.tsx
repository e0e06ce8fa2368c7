import { useId, useMemo } from 'react';
import { failedFill, layerFill } from '../../charts/textures.tsx';
import { graphql } from '../../generated/gql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { writeCount, writeMany, writeShare } from '../../time/words.ts';
import { readBuckets, useSeriesVariables, writeKnown } from './series.ts';
import { StackedPanel } from './stacked-panel.tsx';
import { WhatIsDifferent } from './more-link.tsx';
import { Tile } from './tile.tsx';

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
          statuses {
            id
            failed
          }
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
  const before = series?.previous?.totals.statuses?.failed;
  const was = typeof before === 'number' ? `, was ${writeCount(before)}` : '';
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
      to={{ path: '/log', search: { status: 'failed' }, words: `${writeKnown(failed)} failed${was}` }}
      more={<WhatIsDifferent className="tile-link" />}
    />
  );
}

export function StatusesPanel() {
  const answer = useStatuses();
  const series = answer.data?.usageAnalytics ?? null;
  const id = useId();
  const buckets = useMemo(() => readBuckets(series, ({ statuses }) => statuses === null), [series]);
  const valuesOf = (status: 'failed' | 'success') =>
    series?.buckets.map(({ statuses }) => statuses?.[status] ?? null) ?? [];
  const totals = series?.totals.statuses ?? null;
  return (
    <StackedPanel
      id={id}
      chart="statuses"
      title="Successes and failures"
      source="calls"
      answer={answer}
      coverage={series?.coverage}
      height={240}
      nothing={totals && totals.success + totals.failed === 0 ? 'calls' : null}
      summary={
        totals
          ? `${writeMany(totals.failed, 'call')} failed and ${writeCount(totals.success)} succeeded.`
          : 'How the calls ended is not known.'
      }
      buckets={buckets}
      layers={5}
      layer="status"
      // Failures lie at the bottom, so that they can be compared from bucket to bucket.
      series={[
        { key: 'failed', name: 'Failed', fill: failedFill(id), values: valuesOf('failed') },
        { key: 'success', name: 'Succeeded', fill: layerFill(id, 4), values: valuesOf('success') },
      ]}
      conditionsOf={(status) => ({ status })}
    />
  );
}
