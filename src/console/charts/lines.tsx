import { line } from 'd3-shape';
import type { ChartBucket } from './bucket.ts';
import { columnOf } from './plot.ts';
import type { Plot } from './plot.ts';

/** A line through the middles of the buckets, with gaps where nothing is known, and a dot where both neighbours are gaps. */
export function ValueLine({
  plot,
  buckets,
  values,
  className,
}: {
  readonly plot: Plot;
  readonly buckets: readonly ChartBucket[];
  readonly values: readonly (number | null | undefined)[];
  readonly className: string;
}) {
  const middle = (bucket: ChartBucket) => {
    const { start, width } = columnOf(plot, bucket);
    return start + width / 2;
  };
  const isKnown = (at: number) => typeof values[at] === 'number';
  const draw = line<ChartBucket>()
    .defined((_, at) => isKnown(at))
    .x(middle)
    .y((_, at) => plot.y(values[at] ?? 0));
  return (
    <g className={className}>
      <path d={draw(buckets) ?? ''} fill="none" />
      {buckets.map((bucket, at) =>
        isKnown(at) && !isKnown(at - 1) && !isKnown(at + 1) ? (
          <circle key={bucket.fromMs} cx={middle(bucket)} cy={plot.y(values[at] ?? 0)} r="2.5" />
        ) : null,
      )}
    </g>
  );
}

/** A band from the smallest to the largest value of each bucket. */
export function Band({
  plot,
  buckets,
  low,
  high,
}: {
  readonly plot: Plot;
  readonly buckets: readonly ChartBucket[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}) {
  const path = buckets.map((bucket, at) => {
    const [least, most] = [low[at], high[at]];
    if (least === null || least === undefined || most === null || most === undefined) return '';
    const { start, width } = columnOf(plot, bucket, 0);
    return `M${start} ${plot.y(least) + 0.5}V${plot.y(most) - 0.5}h${width}V${plot.y(least) + 0.5}z`;
  });
  return <path d={path.join('')} className="band" />;
}
