import type { Span } from '../time/span.ts';
import { columnOf } from './plot.ts';
import type { Plot } from './plot.ts';

/** The bucket under the cursor. */
export function CursorMark({ plot, bucket }: { readonly plot: Plot; readonly bucket: Span | undefined }) {
  if (!bucket) return null;
  const { start, width } = columnOf(plot, bucket, 0);
  return <rect x={start} width={width} y={plot.top} height={plot.bottom - plot.top} className="chart-mark" />;
}

/** The stretch that a drag selects or, if there is none, another one that is marked. */
export function StretchMark({
  plot: { x, left, right, top, bottom },
  dragged,
  marked,
}: {
  readonly plot: Plot;
  /** In pixels. */
  readonly dragged: readonly [number, number] | null;
  readonly marked: Span | null | undefined;
}) {
  const places = dragged ?? (marked && [x(marked.fromMs), x(marked.toMs)]);
  if (!places) return null;
  const [from = left, to = left] = places.map((place) => Math.min(Math.max(place, left), right));
  return <rect x={from} width={to - from} y={top} height={bottom - top} className="brush" />;
}
