import type { Span } from '../time/span.ts';
import type { Plot } from './plot.ts';
import { placeTicks } from './ticks.ts';

/** The words of time below a chart, in the page's time zone. */
export function TimeAxis({
  plot: { left, right, bottom },
  span,
  timeZone,
}: {
  readonly plot: Plot;
  readonly span: Span;
  readonly timeZone: string;
}) {
  return placeTicks(span, { left, right }, timeZone).map(({ ms, place, anchor, text }) => (
    <g key={ms}>
      <line x1={place} x2={place} y1={bottom} y2={bottom + 4} className="rule" />
      <text x={place} y={bottom + 16} className="tick" textAnchor={anchor}>
        {text}
      </text>
    </g>
  ));
}

/** Lines and words of values, with what they count above them. */
export function ValueAxis({
  plot: { y, left, right, top, bottom },
  title,
  write,
  isLog = false,
}: {
  readonly plot: Plot;
  readonly title: string;
  readonly write: (value: number) => string;
  readonly isLog?: boolean;
}) {
  const ticks = y.ticks(Math.max(2, Math.floor((bottom - top) / 36)));
  // A logarithmic axis has words at its powers of ten only.
  const shown = isLog
    ? ticks.filter((tick) => Number.isInteger(Math.log10(tick)))
    : ticks.filter(Number.isInteger);
  return (
    <g>
      <text x={0} y={10} className="tick">
        {title}
      </text>
      {shown.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={right} y1={y(tick)} y2={y(tick)} className="grid" />
          <text x={left - 6} y={y(tick)} dy="0.32em" className="tick" textAnchor="end">
            {write(tick)}
          </text>
        </g>
      ))}
      <line x1={left} x2={right} y1={bottom} y2={bottom} className="rule" />
    </g>
  );
}
