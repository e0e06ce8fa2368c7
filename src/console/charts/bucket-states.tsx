import { STATE_WORDS } from './bucket.ts';
import type { BucketState, ChartBucket } from './bucket.ts';
import { columnOf } from './plot.ts';
import type { Plot } from './plot.ts';
import { stateFill } from './textures.tsx';

/** The textures over columns whose figures are not whole and final. Draw it above the bars. */
export function BucketStates({
  id,
  plot,
  buckets,
}: {
  readonly id: string;
  readonly plot: Plot;
  readonly buckets: readonly ChartBucket[];
}) {
  return buckets.map((bucket) => {
    const [worst] = bucket.states;
    if (worst === undefined) return null;
    const { start, width } = columnOf(plot, bucket, 0);
    return (
      <rect
        key={bucket.fromMs}
        x={start}
        y={plot.top}
        width={width}
        height={plot.bottom - plot.top}
        style={{ fill: stateFill(id, worst) }}
        data-state={worst}
      />
    );
  });
}

/** Explains the textures that a chart shows. */
export function StateKeys({
  id,
  buckets,
}: {
  readonly id: string;
  readonly buckets: readonly ChartBucket[];
}) {
  const shown = (Object.keys(STATE_WORDS) as BucketState[]).filter((state) =>
    buckets.some(({ states }) => states[0] === state),
  );
  return shown.map((state) => (
    <span key={state} className="key">
      <svg width="14" height="12" aria-hidden="true">
        {state !== 'missing' && <rect width="14" height="12" fill="var(--line-strong)" />}
        <rect width="14" height="12" style={{ fill: stateFill(id, state) }} />
      </svg>
      {STATE_WORDS[state]}
    </span>
  ));
}
