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
import type { OverviewCategoriesQuery } from '../../generated/graphql.ts';
import { usePanelQuery } from '../../graph/use-panel-query.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useRange } from '../../state/use-range.ts';
import { writeCompact, writeCount } from '../../time/words.ts';
import { writeKnown } from './calls.tsx';
import { Nothing } from './nothing.tsx';
import { spanOf, sumKnown } from './series.ts';
import { useHidden } from './use-hidden.ts';
import { useRows } from './use-rows.ts';

const CATEGORIES = graphql(`
  query OverviewCategories($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!) {
    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 8) {
      from
      to
      groups {
        key {
          value
        }
        count
        buckets {
          timestamp
          end
          count
        }
      }
      other {
        count
        buckets {
          count
        }
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

const REST = 'other categories';

/** Events have no series of the vendor's: the graph reads them all, as far as one scan gets. */
export function CategoriesPanel() {
  const { range, interval, timeZone } = useRange();
  const answer = usePanelQuery(CATEGORIES, { range, interval, timeZone });
  const breakdown = answer.data?.eventBreakdown ?? null;
  const [asTable] = useTableSwitch('categories');
  const [hidden, toggle] = useHidden('category');
  const id = useId();
  const open = useRows('/events');
  const { buckets, all } = useMemo(() => readLayers(breakdown, id), [breakdown, id]);
  const layers = all.filter(({ key }) => !hidden.has(key));
  const most = tallestStack(layers);
  const axis = useMemo(
    () => ({
      kind: 'linear' as const,
      most,
      title: `events per ${interval.toLowerCase()}`,
      write: writeCompact,
    }),
    [most, interval],
  );
  const [first] = breakdown?.groups ?? [];
  const total = sumKnown(all.flatMap(({ values }) => values)) ?? 0;
  return (
    <Panel
      title="Events by category"
      answer={answer}
      coverage={breakdown?.coverage}
      height={260}
      actions={<TableSwitch chart="categories" title="Events by category" />}
    >
      {() =>
        first === undefined ? (
          <Nothing what="events" coverage={breakdown?.coverage ?? []} />
        ) : (
          <>
            <TimeChart
              id={id}
              label="Events by category"
              summary={`${writeCount(total)} events in ${all.length} categories. The largest is ${first.key[0]?.value ?? 'none'} with ${writeCount(first.count)}.`}
              buckets={buckets}
              axis={axis}
              asTable={asTable}
              layers={8}
              accent="var(--events)"
              opens="its events"
              onOpen={(at, part) =>
                open(buckets[at], part === undefined || part === REST ? {} : { category: part })
              }
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

function readLayers(breakdown: OverviewCategoriesQuery['eventBreakdown'], id: string) {
  const coverage = readFragment(COVERAGE_FIELDS, breakdown?.coverage ?? []);
  const rows = breakdown?.groups[0]?.buckets ?? [];
  const buckets = rows.map((row) => {
    const span = spanOf(row);
    const cut =
      span.fromMs < Date.parse(breakdown?.from ?? '') || span.toMs > Date.parse(breakdown?.to ?? '');
    return { ...span, states: readStates(span, coverage, { cut }) };
  });
  // A scan that did not get to a bucket leaves it at zero, which is not known to be zero.
  const isMissing = buckets.map(
    ({ states }, at) =>
      states.includes('missing') ||
      (states.includes('partial') &&
        (breakdown?.groups ?? []).every(({ buckets: of }) => of?.[at]?.count === 0)),
  );
  const valuesOf = (of: readonly { readonly count: number }[] | null) =>
    rows.map((_, at) => (isMissing[at] ? null : (of?.[at]?.count ?? null)));
  const groups: BarSeries[] = (breakdown?.groups ?? []).map(({ key, buckets: of }, at) => {
    const name = key[0]?.value ?? 'none';
    return { key: name, name, fill: layerFill(id, at), values: valuesOf(of) };
  });
  const rest = breakdown?.other;
  return {
    buckets: buckets.map((bucket, at) =>
      isMissing[at] ? { ...bucket, states: ['missing' as const] } : bucket,
    ),
    all: rest
      ? [...groups, { key: REST, name: REST, fill: restFill(id), values: valuesOf(rest.buckets) }]
      : groups,
  };
}
