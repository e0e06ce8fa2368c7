import type { ReactNode } from 'react';
import { TableSwitch, useTableSwitch } from '../../charts/table-switch.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import type { TimeChartProps } from '../../charts/time-chart.tsx';
import type { FragmentType } from '../../generated/fragment-masking.ts';
import type { PanelAnswer } from '../../graph/use-panel-query.ts';
import type { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { Panel } from '../../parts/panel.tsx';
import type { Search } from '../../state/search.ts';
import { Nothing } from './nothing.tsx';
import { useRows } from './use-rows.ts';

type ChartProps = 'id' | 'summary' | 'buckets' | 'axis' | 'readings' | 'partAt' | 'layers' | 'children';

export interface ChartPanelProps<Data> extends Pick<TimeChartProps, ChartProps> {
  /** Its name in the address. */
  readonly chart: string;
  readonly title: string;
  /** What it counts, and so its colour and the list that its buckets open. */
  readonly source: 'calls' | 'events';
  readonly answer: PanelAnswer<Data>;
  readonly coverage: readonly FragmentType<typeof COVERAGE_FIELDS>[] | undefined;
  /** Of the outline, in pixels. */
  readonly height: number;
  /** Before the switch of the table. */
  readonly actions?: ReactNode;
  /** What there is none of in the range; null: the chart shows something. */
  readonly nothing: string | null;
  /** The conditions of the list that a part of a bucket opens. */
  readonly conditionsOf?: (part: string) => Search;
  /** Below the chart. */
  readonly keys?: ReactNode;
}

/** A panel with one chart over the page's range, which opens the rows of its buckets. */
export function ChartPanel<Data>({
  chart,
  title,
  source,
  answer,
  coverage,
  height,
  actions,
  nothing,
  conditionsOf,
  keys,
  ...plotted
}: ChartPanelProps<Data>) {
  const [asTable] = useTableSwitch(chart);
  const open = useRows(source);
  return (
    <Panel
      title={title}
      answer={answer}
      coverage={coverage}
      height={height}
      actions={actions}
      tools={<TableSwitch chart={chart} title={title} />}
    >
      {() =>
        nothing === null ? (
          <>
            <TimeChart
              {...plotted}
              label={title}
              accent={`var(--${source})`}
              asTable={asTable}
              opens={`its ${source}`}
              onOpen={(at, part) => open(plotted.buckets[at], part === undefined ? {} : conditionsOf?.(part))}
            />
            {keys}
          </>
        ) : (
          <Nothing what={nothing} coverage={coverage ?? []} />
        )
      }
    </Panel>
  );
}
