import { layerAt, StackedBars, tallestStack } from '../../charts/bars.tsx';
import type { BarSeries } from '../../charts/bars.tsx';
import { Legend } from '../../charts/legend.tsx';
import { useCountAxis } from '../../charts/use-count-axis.ts';
import { ChartPanel } from './chart-panel.tsx';
import type { ChartPanelProps } from './chart-panel.tsx';
import { sumKnown, writeKnown } from './series.ts';
import { useHidden } from './use-hidden.ts';

interface StackedPanelProps<Data> extends Omit<
  ChartPanelProps<Data>,
  'axis' | 'readings' | 'partAt' | 'children' | 'keys'
> {
  /** What a layer is, such as `status`: its name in the address. */
  readonly layer: string;
  /** All layers, the first at the bottom. */
  readonly series: readonly BarSeries[];
}

/** A panel whose counts are stacked in layers. Its legend hides and shows them. */
export function StackedPanel<Data>({ layer, series, ...panel }: StackedPanelProps<Data>) {
  const [hidden, toggle] = useHidden(layer);
  const shown = series.filter(({ key }) => !hidden.has(key));
  const axis = useCountAxis(panel.source, tallestStack(shown));
  return (
    <ChartPanel
      {...panel}
      axis={axis}
      partAt={(at, value) => layerAt(shown, at, value)}
      readings={(at) =>
        shown
          .map(({ key, name, values, fill }) => ({
            key,
            name,
            fill,
            text: writeKnown(values[at]),
            isPart: true,
          }))
          .toReversed()
      }
      keys={
        <Legend
          hidden={hidden}
          onToggle={toggle}
          items={series.map(({ key, name, fill, values }) => ({
            key,
            name,
            fill,
            text: writeKnown(sumKnown(values)),
          }))}
        />
      }
    >
      {(plot) => <StackedBars plot={plot} buckets={panel.buckets} series={shown} />}
    </ChartPanel>
  );
}
