import { scaleLinear, scaleLog } from 'd3-scale';
import type { ScaleTime } from 'd3-scale';
import type { Span } from '../time/span.ts';

/** How values become heights. */
export interface ValueScale {
  (value: number): number;
  ticks(count: number): number[];
  invert(place: number): number;
}

/** What a chart's marks are drawn on, in pixels. */
export interface Plot {
  readonly x: ScaleTime<number, number>;
  readonly y: ValueScale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The axis of values. A logarithmic one begins at the power of ten below the smallest value. */
export interface ValueAxisWords {
  readonly kind: 'linear' | 'log';
  /** The smallest value, of a logarithmic axis only. */
  readonly least?: number;
  readonly most: number;
  /** What a value counts, with its unit, such as `calls per hour`. */
  readonly title: string;
  readonly write: (value: number) => string;
}

export function createValueScale(
  { kind, least = 1, most }: ValueAxisWords,
  bottom: number,
  top: number,
): ValueScale {
  if (kind === 'linear') return scaleLinear([0, Math.max(1, most)], [bottom, top]).nice(4);
  const floor = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  const ceiling = 10 ** Math.ceil(Math.log10(Math.max(10, most)));
  return scaleLog([floor, Math.max(floor * 10, ceiling)], [bottom, top]).clamp(true);
}

/** Between columns, if they are wide enough to be told apart. Narrower ones touch, because gaps would make them pale. */
const GAP = 1;
const LEAST_WITH_GAP = 4;

/** The column of a bucket, cut to the plot. Columns stay visible however narrow they are. */
export function columnOf({ x, left, right }: Plot, { fromMs, toMs }: Span, gap = GAP) {
  const start = Math.max(left, x(fromMs));
  const used = x(toMs) - x(fromMs) < LEAST_WITH_GAP ? 0 : gap;
  return { start, width: Math.max(0.75, Math.min(right, x(toMs)) - start - used) };
}
