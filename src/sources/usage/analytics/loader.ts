import DataLoader from 'dataloader';
import { scopedKey } from '../../../base/credential-scope.ts';
import type { ScopedKey } from '../../../base/credential-scope.ts';
import { UpstreamError } from '../../../base/errors.ts';
import type { CallContext, Upstream } from '../../../upstream/upstream.ts';
import { checkLength } from '../../paging/vendor-page.ts';
import type { ListDeps } from '../../paging/vendor-page.ts';
import { requireScope } from '../../shared/scope.ts';
import { encodeInstant } from '../../shared/timestamps.ts';
import { SERIES_OPERATIONS } from './analytics.ts';
import type { UsageSeries } from './analytics.ts';
import type { SeriesCall } from './calls.ts';
import { decodeSeries, listRowStarts } from './decode.ts';
import type { SeriesAnswer } from './decode.ts';
import type { SeriesRow } from './figures.ts';
import { cutIntoSegments, cutToAnswers, DOUBTFUL, halve, NOT_KEPT } from './segments.ts';
import type { Segment, SeriesAge } from './segments.ts';
import { overlaySpans, uniteRanges } from './spans.ts';
import type { ReadSpan } from './spans.ts';
import { splitSeries } from './split-answer.ts';
import { countVendorRows, vendorFloor } from './vendor-rows.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** What was read, and when; its stretches make up the range of the call, oldest first, each as of its own reading. */
export interface LoadedSeries<Series extends UsageSeries> {
  readonly answer: SeriesAnswer<Series>;
  readonly spans: readonly ReadSpan[];
}

/** Reads one series; equal calls of one operation are one. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
export type LoadSeries<Series extends UsageSeries> = (call: SeriesCall) => Promise<LoadedSeries<Series>>;

/** What reading series needs, for as long as the process runs. */
export interface SeriesDeps extends Pick<ListDeps, 'onSkippedRows'> {
  readonly upstream: Pick<Upstream, 'getSegments'>;
}

/** As many hours as what was read live may stand in for. */
const MOST_FALLBACK_KEYS = 24;

/** So often is a range halved whose answer is too large. */
const MOST_HALVINGS = 2;
/** A vendor that leaves out the ends of ranges is asked so many times for the rest. */
const MOST_QUESTIONS = 5;

/** The reader of one series for one operation; `nowMs` and `age` decide how long what it reads is kept. */
export function createSeriesLoader<Series extends UsageSeries>(
  series: Series,
  { upstream, onSkippedRows }: SeriesDeps,
  context: CallContext,
  nowMs: number,
  age: SeriesAge,
): LoadSeries<Series> {
  const operation = SERIES_OPERATIONS[series];

  /** One call at most, and what its answer leaves out. */
  const readOnce = async ({ range, interval }: SeriesCall) => {
    const segments = cutIntoSegments(range, interval, nowMs, age);
    const isOpen = segments.at(-1)?.isLive ?? false;
    const liveKeys = segments.map(({ fromMs }) => [encodeInstant(fromMs), 'now', interval]);
    const answers = await upstream.getSegments(
      {
        operation,
        path: operation,
        segments: segments.map(({ fromMs, toMs, isLive, cache }, index) => ({
          key: isLive ? liveKeys[index]! : [encodeInstant(fromMs), encodeInstant(toMs), interval],
          cache,
          // What was live when it was read may have begun with any of the chunks before, and holds all since.
          fallbackKeys: isOpen
            ? liveKeys.slice(Math.max(index - MOST_FALLBACK_KEYS, 0), index + 1).toReversed()
            : [],
        })),
        query: (first, last) => [
          ['from', encodeInstant(segments[first]!.fromMs)],
          ['to', encodeInstant(segments[last]!.toMs)],
          ['interval', interval.toLowerCase()],
        ],
        decode(response, first, last) {
          // 404 on a series means that nothing was called (`behaviour.md`, 'empty').
          const body: unknown = response.status === 404 ? [] : response.body;
          if (!Array.isArray(body)) throw new TypeError('The answer is not a list.');
          const asked = segments.slice(first, last + 1);
          const span = { fromMs: segments[first]!.fromMs, toMs: segments[last]!.toMs };
          // The row at `to`, which the vendor adds, is the one that may come besides.
          checkLength(body, { source: 'USAGE', operation }, countVendorRows(span, interval) + 1);
          const value = decodeSeries(series, body, { range: span, interval });
          const dropped = value.dropped.length;
          const rows = body.length;
          if (dropped > 0) onSkippedRows?.({ source: 'USAGE', operation, dropped, rows });
          const cache = rows === 0 ? DOUBTFUL : dropped > 0 ? NOT_KEPT : null;
          const split = splitSeries(value, body, asked, interval);
          return { segments: cache ? split.map((one) => ({ ...one, cache })) : split, rows };
        },
      },
      context,
    );
    const values = answers.map(({ value }) => value);
    return {
      loaded: {
        answer: {
          rows: values.flatMap(({ rows }, index) => rowsOf(rows, segments[index]!, interval)),
          dropped: values.flatMap(({ dropped }) => dropped),
        },
        spans: answers.map(({ readAtMs, stale }, index): ReadSpan => {
          const { fromMs, toMs } = segments[index]!;
          return { fromMs, toMs, readAtMs, stale };
        }),
      },
      gaps: uniteRanges(values.flatMap(({ unanswered }) => unanswered)),
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
        spans: overlaySpans(whole.spans, range, rest.spans),
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
      spans: loaded.flatMap(({ spans }) => spans),
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
  { fromMs, toMs, isLive }: Segment,
  interval: VendorInterval,
): readonly SeriesRow<Series>[] {
  const firstRowMs = vendorFloor(fromMs, interval);
  return rows.filter(({ startMs }) => startMs >= firstRowMs && (startMs < toMs || isLive));
}
