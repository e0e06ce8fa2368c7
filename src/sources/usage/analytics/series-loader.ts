import DataLoader from 'dataloader';
import { scopedKey, type ScopedKey } from '../../../base/credential-scope.ts';
import type { Range } from '../../../base/range.ts';
import type { CallContext, Upstream } from '../../../upstream/upstream.ts';
import { checkLength } from '../../walk/check-length.ts';
import { encodeInstant } from '../../walk/encode-instant.ts';
import type { ListReading } from '../../walk/read-vendor-list.ts';
import { requireScope } from '../../walk/require-scope.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import { decodeSeries, type SeriesAnswer } from './decode-series.ts';
import { joinStretches, type ReadStretch } from './read-stretches.ts';
import { DOUBTFUL, NOT_KEPT, type SeriesAge } from './series-cache-policy.ts';
import { cutIntoChunks, type Chunk } from './series-chunks.ts';
import type { SeriesRow } from './series-figures.ts';
import { SERIES_OPERATIONS } from './series-operation.ts';
import { splitSeries } from './split-series.ts';
import { countVendorRows, vendorFloor, type VendorInterval } from './vendor-rows.ts';

/** Which rows to read. */
export interface SeriesCall {
  readonly range: Range;
  readonly interval: VendorInterval;
}

/** What was read, and when; its stretches make up the range of the call, oldest first. */
export interface LoadedSeries<Series extends UsageSeries> {
  readonly answer: SeriesAnswer<Series>;
  readonly stretches: readonly ReadStretch[];
}

/** Reads one series; equal calls of one operation are one. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
export type LoadSeries<Series extends UsageSeries> = (call: SeriesCall) => Promise<LoadedSeries<Series>>;

/** What reading series needs, for as long as the process runs. */
export interface SeriesDeps extends Pick<ListReading, 'onDropped'> {
  readonly upstream: Pick<Upstream, 'getParts'>;
}

/** As many hours as what was read live may stand in for. */
const MOST_STAND_INS = 24;

/** The reader of one series for one operation; `nowMs` and `age` decide how long what it reads is kept. */
export function createSeriesLoader<Series extends UsageSeries>(
  series: Series,
  { upstream, onDropped }: SeriesDeps,
  context: CallContext,
  nowMs: number,
  age: SeriesAge,
): LoadSeries<Series> {
  const operation = SERIES_OPERATIONS[series];
  const read = async ({ range, interval }: SeriesCall): Promise<LoadedSeries<Series>> => {
    const chunks = cutIntoChunks(range, interval, nowMs, age);
    const isOpen = chunks.at(-1)?.isLive ?? false;
    const liveKeys = chunks.map(({ fromMs }) => [encodeInstant(fromMs), 'now', interval]);
    const answers = await upstream.getParts(
      {
        operation,
        path: operation,
        parts: chunks.map(({ fromMs, toMs, isLive, cache }, index) => ({
          key: isLive ? liveKeys[index]! : [encodeInstant(fromMs), encodeInstant(toMs), interval],
          cache,
          // What was live when it was read may have begun with any of the chunks before, and holds all since.
          standIns: isOpen ? liveKeys.slice(Math.max(index - MOST_STAND_INS, 0), index + 1).toReversed() : [],
        })),
        query: (first, last) => [
          ['from', encodeInstant(chunks[first]!.fromMs)],
          ['to', encodeInstant(chunks[last]!.toMs)],
          ['interval', interval.toLowerCase()],
        ],
        decode(response, first, last) {
          // 404 on a series means that nothing was called (`behaviour.md`, 'empty').
          const body: unknown = response.status === 404 ? [] : response.body;
          if (!Array.isArray(body)) throw new TypeError('The answer is not a list.');
          const asked = chunks.slice(first, last + 1);
          const span = { fromMs: chunks[first]!.fromMs, toMs: chunks[last]!.toMs };
          // The row at `to`, which the vendor adds, is the one that may come besides.
          checkLength(body, { source: 'USAGE', operation }, countVendorRows(span, interval) + 1);
          const value = decodeSeries(series, body, { fromMs: chunks[first]!.fromMs, interval });
          const rows = value.rows.length + value.dropped.length;
          const dropped = value.dropped.length;
          if (dropped > 0) onDropped?.({ source: 'USAGE', operation, dropped, rows });
          const cache = response.status === 404 ? DOUBTFUL : dropped > 0 ? NOT_KEPT : null;
          const parts = splitSeries(value, body, asked, interval);
          return { parts: cache ? parts.map((part) => ({ ...part, cache })) : parts, rows };
        },
      },
      context,
    );
    const stretches = chunks.flatMap(({ fromMs, toMs }, index) => {
      const answer = answers[index];
      return answer ? [{ fromMs, toMs, readAtMs: answer.readAtMs, stale: answer.stale }] : [];
    });
    return {
      answer: {
        rows: answers.flatMap(({ value }, index) => rowsOf(value.rows, chunks[index]!, interval)),
        dropped: answers.flatMap(({ value }) => value.dropped),
      },
      stretches: joinStretches(stretches, age.settleMs),
    };
  };
  const loader = new DataLoader<SeriesCall, LoadedSeries<Series>, ScopedKey>(
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

/** Those of a chunk's own; what stands in for it may hold others. */
function rowsOf<Series extends UsageSeries>(
  rows: readonly SeriesRow<Series>[],
  { fromMs, toMs, isLive }: Chunk,
  interval: VendorInterval,
): readonly SeriesRow<Series>[] {
  const firstRowMs = vendorFloor(fromMs, interval);
  return rows.filter(({ startMs }) => startMs >= firstRowMs && (startMs < toMs || isLive));
}
