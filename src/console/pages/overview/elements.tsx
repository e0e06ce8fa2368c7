import { useId, useMemo } from 'react';
import { layerAt, StackedBars, tallestStack } from '../../charts/bars.tsx';
import type { BarSeries } from '../../charts/bars.tsx';
import { readStates } from '../../charts/bucket.ts';
import { Legend } from '../../charts/legend.tsx';
import { TableSwitch, useTableSwitch } from '../../charts/table-switch.tsx';
import { layerFill, restFill } from '../../charts/textures.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { readFragment } from '../../generated/fragment-masking.ts';
import { graphql } from '../../generated/gql.ts';
import type { OverviewElementsQuery } from '../../generated/graphql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { Panel } from '../../parts/panel.tsx';
import { one } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import { writeCompact, writeCount } from '../../time/words.ts';
import { writeKnown } from './calls.tsx';
import { Nothing } from './nothing.tsx';
import { spanOf, sumKnown, useSeriesVariables } from './series.ts';
import { Tile } from './tile.tsx';
import { useHidden } from './use-hidden.ts';
import { useRows } from './use-rows.ts';

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
  const series = answer.data?.usageAnalytics;
  const [search, change] = useSearchState();
  const top = TOPS.find((each) => String(each) === one(search, 'top')) ?? 5;
  const [asTable] = useTableSwitch('elements');
  const [hidden, toggle] = useHidden('element');
  const { interval } = useRange();
  const id = useId();
  const open = useRows('/log');
  const all = useMemo(() => readLayers(series ?? null, top, id), [series, top, id]);
  const buckets = useMemo(() => readBuckets(series ?? null), [series]);
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
  const openPart = (at: number, part?: string) =>
    // The rest has no condition of its own: its rows are among all of the bucket.
    open(buckets[at], part === undefined || part === REST ? {} : { element: part });
  const totals = series?.totals.elements ?? null;
  const [first] = totals ?? [];
  return (
    <Panel
      title="Calls by element"
      answer={answer}
      coverage={series?.coverage}
      height={260}
      actions={
        <>
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
          <TableSwitch chart="elements" title="Calls by element" />
        </>
      }
    >
      {() =>
        totals?.length === 0 ? (
          <Nothing what="calls of an element" coverage={series?.coverage ?? []} />
        ) : (
          <>
            <TimeChart
              id={id}
              label="Calls by element"
              summary={
                first && totals
                  ? `${totals.length} elements. The most called is ${first.elementKey} with ${writeCount(first.count)} calls of ${writeCount(sumKnown(totals.map(({ count }) => count)) ?? 0)}.`
                  : 'Which elements were called is not known.'
              }
              buckets={buckets}
              axis={axis}
              asTable={asTable}
              layers={TOPS.length * 3}
              opens="its calls"
              onOpen={openPart}
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

type Series = OverviewElementsQuery['usageAnalytics'];

function readBuckets(series: Series) {
  const coverage = readFragment(COVERAGE_FIELDS, series?.coverage ?? []);
  return (series?.buckets ?? []).map((row) => {
    const span = spanOf(row);
    const marks = { cut: row.cut, filling: row.filling, missing: row.elements === null };
    return { ...span, states: readStates(span, coverage, marks) };
  });
}

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
