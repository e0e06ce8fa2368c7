import { scopedKey } from '../../../base/credential-scope.ts';
import { UpstreamError } from '../../../base/errors.ts';
import type { CallContext } from '../../../upstream/upstream.ts';
import { loadOnce } from '../../shared/load-once.ts';
import { requireScope } from '../../shared/scope.ts';
import { SERIES_OPERATIONS } from './analytics.ts';
import type { UsageSeries } from './analytics.ts';
import type { SeriesCall } from './calls.ts';
import { createSeriesClient } from './client.ts';
import type { SeriesDeps, SeriesResult } from './client.ts';
import { cutToAnswers, halve } from './segments.ts';
import type { SeriesAge } from './segments.ts';
import { overlaySpans } from './spans.ts';
import { listRowStarts } from './vendor-rows.ts';

/** The answer for the whole range of a planned call, joined if it came in parts. */
export type LoadedSeries<Series extends UsageSeries> = Omit<SeriesResult<Series>, 'unanswered'>;

/** Reads one series; equal calls of one operation are made once. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
export type LoadSeries<Series extends UsageSeries> = (call: SeriesCall) => Promise<LoadedSeries<Series>>;

/** How often a range is halved if its answer is too large. */
const MOST_HALVINGS = 2;
/** How often a range is asked for if the vendor leaves out one of its ends. */
const MOST_QUESTIONS = 5;

/** The reader of one series for one operation; `nowMs` and `age` decide how long its answers are cached. */
export function createSeriesLoader<Series extends UsageSeries>(
  series: Series,
  deps: SeriesDeps,
  context: CallContext,
  nowMs: number,
  age: SeriesAge,
): LoadSeries<Series> {
  const operation = SERIES_OPERATIONS[series];
  const readOnce = createSeriesClient(series, deps, context, nowMs, age);

  /** Asks again for what an answer leaves out, because the vendor may limit the rows of an answer. */
  const readWhole = async (call: SeriesCall, question = 1): Promise<LoadedSeries<Series>> => {
    const { unanswered, ...first } = await readOnce(call);
    let whole: LoadedSeries<Series> = first;
    for (const { hasZeroRows, ...range } of unanswered) {
      // The newest rows may be missing because the vendor's clock is behind; coverage reports this part as FILLING.
      if (range.fromMs >= nowMs - age.settleMs) continue;
      if (question === MOST_QUESTIONS) throw rowsLeftOut(operation);
      const rest = await readWhole({ range, interval: call.interval }, question + 1);
      const { rows, skipped } = rest.answer;
      // This vendor gives rows of zero, so an empty answer does not mean that there were no calls: the rows are lost.
      const lost =
        hasZeroRows && rows.length + skipped.length === 0 ? listRowStarts(range, call.interval) : [];
      whole = {
        answer: {
          rows: [...whole.answer.rows, ...rows].toSorted((a, b) => a.startMs - b.startMs),
          skipped: [...whole.answer.skipped, ...skipped, ...lost],
        },
        spans: overlaySpans(whole.spans, range, rest.spans),
      };
    }
    return whole;
  };

  /** Keeps each answer small enough, and halves the range if one is too large nevertheless. */
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
        skipped: loaded.flatMap(({ answer }) => answer.skipped),
      },
      spans: loaded.flatMap(({ spans }) => spans),
    };
  };

  const load = loadOnce(
    ({ range, interval }: SeriesCall) =>
      scopedKey(requireScope(context, 'USAGE', operation), operation, range.fromMs, range.toMs, interval),
    (call) => readInParts(call),
  );
  return async (call) => load(call);
}

function rowsLeftOut(operation: string): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source: 'USAGE',
    operation,
    message: `The vendor left out rows of the range, even after ${MOST_QUESTIONS - 1} more questions for them.`,
  });
}
