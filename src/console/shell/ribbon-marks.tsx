import { columnOf } from '../charts/plot.ts';
import type { Plot } from '../charts/plot.ts';
import { failedFill } from '../charts/textures.tsx';
import type { CoverageEntry } from '../parts/coverage.tsx';
import type { Activity } from './activity.ts';

/** The parts of the ribbon: calls grow up from its line, events grow down. */
export interface RibbonPlots {
  readonly calls: Plot;
  readonly events: Plot;
}

/** What happened in one bucket. */
export function RibbonBar({
  id,
  plots: { calls, events },
  bucket,
  words,
}: {
  /** The id of the ribbon's textures. */
  readonly id: string;
  readonly plots: RibbonPlots;
  readonly bucket: Activity;
  readonly words: string;
}) {
  const { start, width } = columnOf(calls, bucket);
  const rise = (value: number | null) => {
    const y = calls.y(value ?? 0);
    return { y, height: calls.bottom - y };
  };
  return (
    <g opacity={bucket.isFilling ? 0.55 : 1}>
      <title>{words}</title>
      <rect x={start} width={width + 1} y={0} height={events.bottom} fill="transparent" />
      <rect x={start} width={width} {...rise(bucket.calls)} fill="var(--calls)" />
      <rect x={start} width={width} {...rise(bucket.failed)} fill={failedFill(id)} />
      <rect
        x={start}
        width={width}
        y={events.top + 1}
        height={events.y(bucket.events ?? 0) - events.top}
        fill="var(--events)"
      />
    </g>
  );
}

/** What was not read whole. */
export function UnreadMark({
  plots,
  entry: { source, status, from, to },
}: {
  readonly plots: RibbonPlots;
  readonly entry: CoverageEntry;
}) {
  if (status === 'COMPLETE' || status === 'FILLING') return null;
  const { x, left, top, bottom } = source === 'USAGE' ? plots.calls : plots.events;
  const start = Math.max(left, x(Date.parse(from)));
  const width = Math.max(0, x(Date.parse(to)) - start);
  return <rect x={start} width={width} y={top} height={bottom - top} className="unread" />;
}
