import { useNavigate } from '@tanstack/react-router';
import { clampSpan } from '../../charts/bucket.ts';
import type { ChartBucket } from '../../charts/bucket.ts';
import { failedFill, layerFill } from '../../charts/textures.tsx';
import { keepShared } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { useSearchState } from '../../state/use-search.ts';
import type { Span } from '../../time/span.ts';
import { toRange } from '../../time/span.ts';
import { writeBucket, writeCount, writeMs } from '../../time/words.ts';
import type { BrokenDown } from './dimensions.ts';
import { findPeak } from './groups.ts';
import type { GroupBucket } from './groups.ts';
import type { RowsPlace } from './rows-of.ts';
import { SmallMultiple } from './small-multiple.tsx';
import { writeSpike } from './spike-span.ts';

/** The values at the top of the charts; null: the largest of the group. */
export interface ChartScale {
  readonly count: number | null;
  readonly p95: number | null;
}

/** The cells of a group that show its time: how many rows, how many of them failed, and how long they took. */
export function GroupCharts({
  textures,
  source,
  name,
  buckets,
  rows,
  scale,
}: {
  readonly textures: string;
  readonly source: BrokenDown;
  readonly name: string;
  readonly buckets: readonly (GroupBucket & ChartBucket)[];
  readonly rows: RowsPlace | null;
  readonly scale: ChartScale;
}) {
  const { span, interval, timeZone } = useRange();
  const [search, change] = useSearchState();
  const navigate = useNavigate();
  const time = (at: number) => writeBucket(buckets[at]?.fromMs ?? 0, interval, timeZone);
  const open = (at: number): void => {
    const bucket = buckets[at];
    if (!bucket || !rows) return;
    const range = { last: undefined, ...toRange(clampSpan(bucket, span)) };
    void navigate({ to: rows.to, search: { ...keepShared(search), ...rows.search, ...range } });
  };
  const shared = {
    textures,
    buckets,
    onOpen: rows ? open : null,
    onSpan: (selected: Span) => change({ spike: writeSpike(selected) }),
  };
  const describe = (at: number): string => {
    const { count = 0, failed = null, p95 = null } = buckets[at] ?? {};
    const words = [
      `${writeCount(count)} ${source}`,
      failed === null ? '' : `${writeCount(failed)} failed`,
      p95 === null ? '' : `p95 ${writeMs(p95)}`,
    ];
    return `${time(at)}: ${words.filter((word) => word !== '').join(', ')}`;
  };
  const tallest = findPeak(buckets, 'count');
  const worst = findPeak(buckets, 'failed');
  const slowest = findPeak(buckets, 'p95');
  const failed = buckets.map((bucket) => bucket.failed ?? 0);
  const good = buckets.map((bucket, at) => bucket.count - (failed[at] ?? 0));
  return (
    <>
      <td className="chart-cell">
        <SmallMultiple
          {...shared}
          label={`${name}: ${source} over time`}
          series={[
            { key: 'failed', name: 'failed', values: failed, fill: failedFill(textures) },
            { key: 'good', name: source, values: good, fill: layerFill(textures, 0) },
          ]}
          most={scale.count ?? tallest?.value ?? 0}
          peak={worst?.at ?? null}
          describe={describe}
        />
        <span className="caption">
          {source === 'events'
            ? tallest && `most: ${writeCount(tallest.value)}, ${time(tallest.at)}`
            : worst
              ? `most failed: ${writeCount(worst.value)}, ${time(worst.at)}`
              : 'none failed'}
        </span>
      </td>
      {source === 'calls' && (
        <td className="chart-cell">
          <SmallMultiple
            {...shared}
            label={`${name}: p95 of the process time over time`}
            series={[
              { key: 'p95', name: 'p95', values: buckets.map(({ p95 }) => p95), fill: 'var(--ink-3)' },
            ]}
            most={scale.p95 ?? slowest?.value ?? 0}
            peak={slowest?.at ?? null}
            describe={describe}
          />
          <span className="caption">
            {slowest ? `slowest: ${writeMs(slowest.value)}, ${time(slowest.at)}` : 'no times'}
          </span>
        </td>
      )}
    </>
  );
}
