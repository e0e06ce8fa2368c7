import DataLoader from 'dataloader';
import { scopedKey, type ScopedKey } from '../../../base/credential-scope.ts';
import type { Range } from '../../../base/range.ts';
import type { CallContext, UpstreamAnswer } from '../../../upstream/upstream.ts';
import { encodeInstant } from '../../walk/query.ts';
import type { ListReading } from '../../walk/read-vendor-list.ts';
import { requireScope } from '../../walk/require-scope.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import { decodeSeries, type SeriesAnswer } from './decode-series.ts';
import { seriesCachePolicy } from './series-cache-policy.ts';
import { SERIES_OPERATIONS } from './series-operation.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** Which rows to read. */
export interface SeriesCall {
  readonly range: Range;
  readonly interval: VendorInterval;
}

/** Reads one series; equal calls of one operation are one. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
export type LoadSeries<Series extends UsageSeries> = (
  call: SeriesCall,
) => Promise<UpstreamAnswer<SeriesAnswer<Series>>>;

/** What reading series needs, for as long as the process runs. */
export type SeriesDeps = Pick<ListReading, 'upstream' | 'onDropped'>;

/** The reader of one series for one operation; `nowMs` and `settleMs` decide how long an answer is kept. */
export function createSeriesLoader<Series extends UsageSeries>(
  series: Series,
  { upstream, onDropped }: SeriesDeps,
  context: CallContext,
  nowMs: number,
  settleMs: number,
): LoadSeries<Series> {
  const operation = SERIES_OPERATIONS[series];
  const read = ({ range, interval }: SeriesCall) =>
    upstream.get(
      {
        operation,
        path: operation,
        query: [
          ['from', encodeInstant(range.fromMs)],
          ['to', encodeInstant(range.toMs)],
          ['interval', interval.toLowerCase()],
        ],
        cache: seriesCachePolicy(range, nowMs, settleMs),
        decode(response) {
          // 404 on a series means that nothing was called (`behaviour.md`, 'empty').
          const body = response.status === 404 ? [] : response.body;
          const value = decodeSeries(series, body, { fromMs: range.fromMs, interval });
          const rows = value.rows.length + value.dropped.length;
          const dropped = value.dropped.length;
          if (dropped > 0) onDropped?.({ source: 'USAGE', operation, dropped, rows });
          return { value, rows };
        },
      },
      context,
    );
  const loader = new DataLoader<SeriesCall, UpstreamAnswer<SeriesAnswer<Series>>, ScopedKey>(
    (calls) =>
      Promise.all(
        calls.map((call) =>
          read(call).catch((error: unknown) =>
            error instanceof Error ? error : new Error('Aborted', { cause: error }),
          ),
        ),
      ),
    {
      cacheKeyFn: ({ range, interval }) =>
        scopedKey(requireScope(context, 'USAGE', operation), operation, range.fromMs, range.toMs, interval),
    },
  );
  return async (call) => loader.load(call);
}
