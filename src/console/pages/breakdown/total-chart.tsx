import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { StackedBars, tallestStack } from '../../charts/bars.tsx';
import { clampSpan, readStates } from '../../charts/bucket.ts';
import { useTableSwitch } from '../../charts/table-switch.tsx';
import { failedFill, layerFill } from '../../charts/textures.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { useCountAxis } from '../../charts/use-count-axis.ts';
import type { CoverageEntry } from '../../parts/coverage.tsx';
import { keepShared, one } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import { toRange } from '../../time/span.ts';
import { writeCount } from '../../time/words.ts';
import type { BrokenDown } from './dimensions.ts';
import type { GroupBucket } from './groups.ts';
import { findRows } from './rows-of.ts';
import { readSpike, writeSpike } from './spike-span.ts';

/** All rows over time. A stretch that is selected is compared with the one before. */
export function TotalChart({
  id,
  source,
  buckets: figures,
  coverage,
}: {
  readonly id: string;
  readonly source: BrokenDown;
  readonly buckets: readonly GroupBucket[];
  readonly coverage: readonly CoverageEntry[];
}) {
  const { span } = useRange();
  const [search, change] = useSearchState();
  const navigate = useNavigate();
  const [asTable] = useTableSwitch('total');
  const isCalls = source === 'calls';
  const buckets = useMemo(
    () => figures.map((bucket) => ({ ...bucket, states: readStates(bucket, coverage) })),
    [figures, coverage],
  );
  const series = useMemo(() => {
    const failed = buckets.map((bucket) => bucket.failed ?? 0);
    const rest = buckets.map(({ count }, at) => count - (failed[at] ?? 0));
    return [
      { key: 'failed', name: 'failed', values: failed, fill: failedFill(id) },
      { key: 'rest', name: isCalls ? 'other calls' : 'events', values: rest, fill: layerFill(id, 0) },
    ].slice(isCalls ? 0 : 1);
  }, [buckets, id, isCalls]);
  const axis = useCountAxis(source, tallestStack(series));
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const open = (at: number): void => {
    const [bucket, rows] = [buckets[at], findRows(source, [], [], search)];
    if (!bucket || !rows) return;
    const range = { last: undefined, ...toRange(clampSpan(bucket, span)) };
    void navigate({ to: rows.to, search: { ...keepShared(search), ...rows.search, ...range } });
  };
  return (
    <TimeChart
      id={id}
      label={`All ${source} over time`}
      summary={`${writeCount(count)} ${source}. Select a stretch to see why it differs from the one before.`}
      buckets={buckets}
      axis={axis}
      accent={`var(--${source})`}
      height={150}
      readings={(at) =>
        series.map(({ key, name, values, fill }) => ({ key, name, text: writeCount(values[at] ?? 0), fill }))
      }
      opens={`its ${source}`}
      onOpen={open}
      onSpan={(selected) => change({ spike: writeSpike(selected) })}
      selects="asks why it differs from the stretch before"
      marked={readSpike(one(search, 'spike'))}
      asTable={asTable}
    >
      {(plot) => <StackedBars plot={plot} buckets={buckets} series={series} />}
    </TimeChart>
  );
}
