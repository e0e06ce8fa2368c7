import { columnOf } from './plot.ts';
import type { Plot } from './plot.ts';
import type { ChartBucket } from './bucket.ts';

/** One layer of stacked bars. */
export interface BarSeries {
  readonly key: string;
  readonly name: string;
  /** One of each bucket. null: not known, which is not zero, so nothing is drawn. */
  readonly values: readonly (number | null)[];
  /** A colour or the texture of `Textures`. */
  readonly fill: string;
}

/** Stacked bars, the first series at the bottom. A path for each series, because a chart may have 2,000 buckets. */
export function StackedBars({
  plot,
  buckets,
  series,
}: {
  readonly plot: Plot;
  readonly buckets: readonly ChartBucket[];
  readonly series: readonly BarSeries[];
}) {
  const heights = buckets.map(() => 0);
  return series.map(({ key, values, fill }) => {
    const path = buckets.map((bucket, at) => {
      const value = values[at] ?? 0;
      if (value === 0) return '';
      const base = heights[at] ?? 0;
      heights[at] = base + value;
      const { start, width } = columnOf(plot, bucket);
      const top = plot.y(base + value);
      return `M${start} ${plot.y(base)}V${top}h${width}V${plot.y(base)}z`;
    });
    return <path key={key} d={path.join('')} style={{ fill }} className="bars" />;
  });
}

/** The largest sum of a bucket; 0 if nothing is known. */
export function tallestStack(series: readonly BarSeries[]): number {
  const length = series[0]?.values.length ?? 0;
  let most = 0;
  for (let at = 0; at < length; at += 1)
    most = Math.max(
      most,
      series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0),
    );
  return most;
}

/** The key of the layer at a height of a bucket; undefined if that is above all of them. */
export function layerAt(series: readonly BarSeries[], at: number, height: number): string | undefined {
  let top = 0;
  return series.find(({ values }) => (top += values[at] ?? 0) > height)?.key;
}
