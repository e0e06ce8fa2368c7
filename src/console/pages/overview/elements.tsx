import { useId, useMemo } from 'react';
import type { BarSeries } from '../../charts/bars.tsx';
import { layerFill, restFill } from '../../charts/textures.tsx';
import { graphql } from '../../generated/gql.ts';
import type { OverviewElementsQuery } from '../../generated/graphql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { one } from '../../state/search.ts';
import { useSearchState } from '../../state/use-search.ts';
import { writeCount, writeMany } from '../../time/words.ts';
import { readBuckets, sumKnown, useSeriesVariables } from './series.ts';
import { StackedPanel } from './stacked-panel.tsx';
import { Tile } from './tile.tsx';

const ELEMENTS = graphql(`
  query OverviewElements(
    $range: DateTimeRange!
    $interval: Interval!
    $timeZone: TimeZone!
    $compare: Boolean!
  ) {
    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
      id
      totals {
        id
        elementCount
        elements {
          id
          elementKey
          count
        }
      }
      buckets {
        id
        timestamp
        end
        cut
        filling
        elements {
          id
          elementKey
          count
        }
      }
      previous @include(if: $compare) {
        id
        totals {
          id
          elementCount
        }
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

/** `GET /usage/analytics/activity/elements`. */
const useElements = () => usePanelQuery(ELEMENTS, useSeriesVariables());

export function ElementsTile() {
  const { data, fetching } = useElements();
  const series = data?.usageAnalytics;
  return (
    <Tile
      label="Active elements"
      source="calls"
      figure={{ now: series?.totals.elementCount, before: series?.previous?.totals.elementCount }}
      write={writeCount}
      rise="neutral"
      isLoading={fetching}
    />
  );
}

const TOPS = [3, 5, 8, 12] as const;
const REST = 'the rest';

export function ElementsPanel() {
  const answer = useElements();
  const series = answer.data?.usageAnalytics ?? null;
  const [search, change] = useSearchState();
  const top = TOPS.find((each) => String(each) === one(search, 'top')) ?? 5;
  const id = useId();
  const layers = useMemo(() => readLayers(series, top, id), [series, top, id]);
  const buckets = useMemo(() => readBuckets(series, ({ elements }) => elements === null), [series]);
  const totals = series?.totals.elements ?? null;
  const [first] = totals ?? [];
  return (
    <StackedPanel
      id={id}
      chart="elements"
      title="Calls by element"
      source="calls"
      answer={answer}
      coverage={series?.coverage}
      height={260}
      actions={
        <label className="choice">
          Top
          <select
            className="input"
            value={top}
            onChange={({ target }) =>
              change({ top: target.value === '5' ? undefined : target.value }, { replace: true })
            }
          >
            {TOPS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      }
      nothing={totals?.length === 0 ? 'calls of an element' : null}
      summary={
        first && totals
          ? `${writeMany(totals.length, 'element')}. The most called is ${first.elementKey} with ${writeMany(first.count, 'call')} of ${writeCount(sumKnown(totals.map(({ count }) => count)) ?? 0)}.`
          : 'Which elements were called is not known.'
      }
      buckets={buckets}
      layers={TOPS.length * 3}
      layer="element"
      series={layers}
      // The rest has no condition of its own: its rows are among all of the bucket.
      conditionsOf={(element) => (element === REST ? {} : { element })}
    />
  );
}

type Series = OverviewElementsQuery['usageAnalytics'];

/** The `top` most called elements and, if there are more, the rest as one. */
function readLayers(series: Series, top: number, id: string): readonly BarSeries[] {
  const totals = series?.totals.elements ?? [];
  const shown = totals.slice(0, top);
  const rows = series?.buckets ?? [];
  const layers = shown.map(({ elementKey }, at) => ({
    key: elementKey,
    name: elementKey,
    fill: layerFill(id, at),
    values: rows.map(({ elements }) => elements?.[at]?.count ?? null),
  }));
  if (totals.length <= top) return layers;
  const rest = rows.map(
    ({ elements }) => elements && sumKnown(elements.slice(top).map(({ count }) => count)),
  );
  return [
    ...layers,
    { key: REST, name: `${REST} (${totals.length - top})`, fill: restFill(id), values: rest },
  ];
}
