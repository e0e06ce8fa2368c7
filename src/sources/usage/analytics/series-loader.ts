import DataLoader from 'dataloader';
import { scopedKey, type ScopedKey } from '../../../base/credential-scope.ts';
import { UpstreamError } from '../../../base/upstream-error.ts';
import type { CallContext, Upstream } from '../../../upstream/upstream.ts';
import { checkLength } from '../../walk/check-length.ts';
import { encodeInstant } from '../../walk/encode-instant.ts';
import type { ListReading } from '../../walk/read-vendor-list.ts';
import { requireScope } from '../../walk/require-scope.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import type { SeriesCall } from './choose-vendor-interval.ts';
import { decodeSeries, listRowStarts, type SeriesAnswer } from './decode-series.ts';
import { overlayStretches, uniteRanges, type ReadStretch } from './read-stretches.ts';
import { DOUBTFUL, NOT_KEPT, type SeriesAge } from './series-cache-policy.ts';
import { cutIntoChunks, cutToAnswers, halve, type Chunk } from './series-chunks.ts';
import type { SeriesRow } from './series-figures.ts';
import { SERIES_OPERATIONS } from './series-operation.ts';
import { splitSeries } from './split-series.ts';
import { countVendorRows, vendorFloor, type VendorInterval } from './vendor-rows.ts';

/** What was read, and when; its stretches make up the range of the call, oldest first, each as of its own reading. */
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

/** So often is a range halved whose answer is too large. */
const MOST_HALVINGS = 2;
/** A vendor that leaves out the ends of ranges is asked so many times for the rest. */
const MOST_QUESTIONS = 5;

/** The reader of one series for one operation; `nowMs` and `age` decide how long what it reads is kept. */
export function createSeriesLoader<Series extends UsageSeries>(
  series: Series,
  { upstream, onDropped }: SeriesDeps,
  context: CallContext,
  nowMs: number,
  age: SeriesAge,
): LoadSeries<Series> {
  const operation = SERIES_OPERATIONS[series];

  /** One call at most, and what its answer leaves out. */
  const readOnce = async ({ range, interval }: SeriesCall) => {
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
          const value = decodeSeries(series, body, { range: span, interval });
          const dropped = value.dropped.length;
          const rows = body.length;
          if (dropped > 0) onDropped?.({ source: 'USAGE', operation, dropped, rows });
          const cache = rows === 0 ? DOUBTFUL : dropped > 0 ? NOT_KEPT : null;
          const parts = splitSeries(value, body, asked, interval);
          return { parts: cache ? parts.map((part) => ({ ...part, cache })) : parts, rows };
        },
      },
      context,
    );
    const parts = answers.map(({ value }) => value);
    return {
      loaded: {
        answer: {
          rows: parts.flatMap(({ rows }, index) => rowsOf(rows, chunks[index]!, interval)),
          dropped: parts.flatMap(({ dropped }) => dropped),
        },
        stretches: answers.map(({ readAtMs, stale }, index): ReadStretch => {
          const { fromMs, toMs } = chunks[index]!;
          return { fromMs, toMs, readAtMs, stale };
        }),
      },
      gaps: uniteRanges(parts.flatMap(({ unanswered }) => unanswered)),
    };
  };

  /** A vendor that gives no more than so many rows is asked for the rest, which is not taken for a time without calls. */
  const readWhole = async (call: SeriesCall, question = 1): Promise<LoadedSeries<Series>> => {
    const { loaded, gaps } = await readOnce(call);
    let whole: LoadedSeries<Series> = loaded;
    for (const { isDense, ...range } of gaps) {
      // There rows may be missing because the vendor's clock is behind; coverage says that they are filling.
      if (range.fromMs >= nowMs - age.settleMs) continue;
      if (question === MOST_QUESTIONS) throw leavesOutRows();
      const rest = await readWhole({ range, interval: call.interval }, question + 1);
      const { rows, dropped } = rest.answer;
      const lost = isDense && rows.length + dropped.length === 0 ? listRowStarts(range, call.interval) : [];
      whole = {
        answer: {
          rows: [...whole.answer.rows, ...rows].toSorted((a, b) => a.startMs - b.startMs),
          dropped: [...whole.answer.dropped, ...dropped, ...lost],
        },
        stretches: overlayStretches(whole.stretches, range, rest.stretches),
      };
    }
    return whole;
  };
  const leavesOutRows = () =>
    new UpstreamError({
      code: 'UPSTREAM_BAD_RESPONSE',
      source: 'USAGE',
      operation,
      message: `The vendor left out rows of the range, also when it was asked for them ${MOST_QUESTIONS - 1} times.`,
    });

  const readInParts = async (call: SeriesCall, halvings = MOST_HALVINGS): Promise<LoadedSeries<Series>> => {
    const answers = cutToAnswers(series, call);
    if (answers.length > 1) return readEach(answers, halvings);
    try {
      return await readWhole(call);
    } catch (error) {
      const isTooLarge = error instanceof UpstreamError && error.code === 'UPSTREAM_TOO_LARGE';
      const halves = halve(call);
      if (!isTooLarge || halves.length === 1 || halvings === 0) throw error;
      return readEach(halves, halvings - 1);
    }
  };
  const readEach = async (calls: readonly SeriesCall[], halvings: number): Promise<LoadedSeries<Series>> => {
    const loaded = await Promise.all(calls.map((call) => readInParts(call, halvings)));
    return {
      answer: {
        rows: loaded.flatMap(({ answer }) => answer.rows),
        dropped: loaded.flatMap(({ answer }) => answer.dropped),
      },
      stretches: loaded.flatMap(({ stretches }) => stretches),
    };
  };

  const loader = new DataLoader<SeriesCall, LoadedSeries<Series>, ScopedKey>(
    (calls) =>
      Promise.all(
        calls.map((call) =>
          readInParts(call).catch((error: unknown) =>
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
