import { scaleLinear, scaleTime } from 'd3-scale';
import { StackedBars } from '../../charts/bars.tsx';
import type { BarSeries } from '../../charts/bars.tsx';
import { clampSpan, findBucket } from '../../charts/bucket.ts';
import type { ChartBucket } from '../../charts/bucket.ts';
import { BucketStates } from '../../charts/bucket-states.tsx';
import { ChartSlider } from '../../charts/chart-slider.tsx';
import { columnOf } from '../../charts/plot.ts';
import type { Plot } from '../../charts/plot.ts';
import { CursorMark, StretchMark } from '../../charts/selection.tsx';
import { useBrush } from '../../charts/use-brush.ts';
import { useCursor } from '../../charts/use-cursor.ts';
import { useWidth } from '../../charts/use-width.ts';
import { useRange } from '../../state/use-range.ts';
import type { Span } from '../../time/span.ts';

const HEIGHT = 34;

/**
 * A small chart of one group. Left and right move, Enter opens the rows of the bucket,
 * and a stretch that is selected is asked why it differs.
 */
export function SmallMultiple({
  textures,
  label,
  buckets,
  series,
  most,
  peak,
  describe,
  onOpen,
  onSpan,
}: {
  /** The id of the page's textures. */
  readonly textures: string;
  readonly label: string;
  readonly buckets: readonly ChartBucket[];
  readonly series: readonly BarSeries[];
  /** The value at the top. */
  readonly most: number;
  /** The bucket that is marked as the largest; null: none is. */
  readonly peak: number | null;
  readonly describe: (at: number) => string;
  /** null: no list has exactly these rows. */
  readonly onOpen: ((at: number) => void) | null;
  readonly onSpan: (span: Span) => void;
}) {
  const { span } = useRange();
  const [width, measure] = useWidth();
  const plot: Plot = {
    x: scaleTime([span.fromMs, span.toMs], [0, Math.max(1, width)]),
    y: scaleLinear([0, Math.max(1, most)], [HEIGHT - 1, 5]),
    left: 0,
    right: width,
    top: 5,
    bottom: HEIGHT - 1,
  };
  const open = (at: number) => onOpen?.(at);
  const cursor = useCursor({
    buckets,
    parts: 0,
    onOpen: open,
    onSpan: (selected) => onSpan(clampSpan(selected, span)),
  });
  const brush = useBrush(plot.x, onSpan, (event) => {
    const ms = plot.x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left).getTime();
    const at = findBucket(buckets, ms);
    if (at !== null) open(at);
  });
  const largest = peak === null ? undefined : buckets[peak];
  return (
    <ChartSlider
      label={label}
      says={
        cursor.selected
          ? 'A stretch is selected. Enter asks why it differs.'
          : cursor.at === null
            ? `${buckets.length} buckets`
            : describe(cursor.at)
      }
      count={buckets.length}
      cursor={cursor}
      measure={measure}
      className="small-multiple"
    >
      <svg width={width} height={HEIGHT} aria-hidden="true" className="chart-plot" {...brush.handlers}>
        <line x1={0} x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="rule" />
        {width > 0 && <StackedBars plot={plot} buckets={buckets} series={series} />}
        <BucketStates id={textures} plot={plot} buckets={buckets} />
        {largest && (
          <path
            d={`M${columnOf(plot, largest).start + columnOf(plot, largest).width / 2} 4l-3 -4h6z`}
            className="peak"
          />
        )}
        <CursorMark plot={plot} bucket={cursor.at === null ? undefined : buckets[cursor.at]} />
        <StretchMark plot={plot} dragged={brush.selected} marked={cursor.selected} />
        {buckets.map((bucket, at) => (
          <rect
            key={bucket.fromMs}
            x={columnOf(plot, bucket, 0).start}
            width={columnOf(plot, bucket, 0).width}
            height={HEIGHT}
            fill="transparent"
          >
            <title>{describe(at)}</title>
          </rect>
        ))}
      </svg>
      {cursor.at !== null && <span className="small-words">{describe(cursor.at)}</span>}
    </ChartSlider>
  );
}
