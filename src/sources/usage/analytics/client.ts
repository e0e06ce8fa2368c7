import type { CallContext, Upstream } from '../../../upstream/upstream.ts';
import { checkLength } from '../../paging/vendor-page.ts';
import type { ListDeps } from '../../paging/vendor-page.ts';
import { encodeInstant } from '../../shared/timestamps.ts';
import { SERIES_OPERATIONS } from './analytics.ts';
import type { UsageSeries } from './analytics.ts';
import type { SeriesCall } from './calls.ts';
import { decodeSeries } from './decode.ts';
import type { SeriesAnswer, UnansweredRange } from './decode.ts';
import type { SeriesRow } from './figures.ts';
import { CACHE_BRIEFLY, listSegments, DO_NOT_CACHE, divideAnswer } from './segments.ts';
import type { Segment, SeriesAge } from './segments.ts';
import { joinTouching } from './spans.ts';
import type { SeriesSpan } from './spans.ts';
import { countVendorRows, vendorFloor } from './vendor-rows.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** What reading series needs, for as long as the process runs. */
export interface SeriesDeps extends Pick<ListDeps, 'onSkippedRows'> {
  readonly upstream: Pick<Upstream, 'getSegments'>;
}

/** What one call brought, from the vendor and the cache together. */
export interface SeriesResult<Series extends UsageSeries> {
  readonly answer: SeriesAnswer<Series>;
  /** When each part was read; oldest first, together the range of the call. */
  readonly spans: readonly SeriesSpan[];
  /** The parts of the range that the answer leaves out, oldest first. */
  readonly unanswered: readonly UnansweredRange[];
}

/** Makes one vendor call at most. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
export type SeriesClient<Series extends UsageSeries> = (call: SeriesCall) => Promise<SeriesResult<Series>>;

/** The most fallback keys of a segment. For rows of minutes, whose short segments are hours, they reach back one day. */
const MOST_FALLBACK_KEYS = 24;

/** The client of `GET /usage/analytics/…` for one series and one operation. It reads a range in segments. */
export function createSeriesClient<Series extends UsageSeries>(
  series: Series,
  { upstream, onSkippedRows }: SeriesDeps,
  context: CallContext,
  nowMs: number,
  age: SeriesAge,
): SeriesClient<Series> {
  const operation = SERIES_OPERATIONS[series];
  return async ({ range, interval }) => {
    const segments = listSegments(range, interval, nowMs, age);
    const endsNow = segments.at(-1)?.isLive ?? false;
    const keysUntilNow = segments.map(({ fromMs }) => [encodeInstant(fromMs), 'now', interval]);
    const answers = await upstream.getSegments(
      {
        operation,
        path: operation,
        segments: segments.map(({ fromMs, toMs, isLive, cache }, index) => ({
          key: isLive ? keysUntilNow[index]! : [encodeInstant(fromMs), encodeInstant(toMs), interval],
          cache,
          // An earlier operation may have cached a live segment that began here or before. It holds this segment as far as it had
          // passed then.
          fallbackKeys: endsNow
            ? keysUntilNow.slice(Math.max(index - MOST_FALLBACK_KEYS, 0), index + 1).toReversed()
            : [],
        })),
        query: (first, last) => [
          ['from', encodeInstant(segments[first]!.fromMs)],
          ['to', encodeInstant(segments[last]!.toMs)],
          ['interval', interval.toLowerCase()],
        ],
        decode(response, first, last) {
          // A 404 can mean that there were no calls, and is read so (`docs/vendors.md#usage-empty-answers-errors-and-lag`).
          const body: unknown = response.status === 404 ? [] : response.body;
          if (!Array.isArray(body)) throw new TypeError('The answer is not a list.');
          const span = { fromMs: segments[first]!.fromMs, toMs: segments[last]!.toMs };
          // One more, because the vendor adds the row at `to`.
          checkLength(body, { source: 'USAGE', operation }, countVendorRows(span, interval) + 1);
          const value = decodeSeries(series, body, { range: span, interval });
          const skipped = value.skipped.length;
          const rows = body.length;
          if (skipped > 0) onSkippedRows?.({ source: 'USAGE', operation, dropped: skipped, rows });
          const cache = rows === 0 ? CACHE_BRIEFLY : skipped > 0 ? DO_NOT_CACHE : null;
          const divided = divideAnswer(value, body, segments.slice(first, last + 1), interval);
          return { segments: cache ? divided.map((one) => ({ ...one, cache })) : divided, rows };
        },
      },
      context,
    );
    const values = answers.map(({ value }) => value);
    return {
      answer: {
        rows: joinLists(values.map(({ rows }, index) => ownRows(rows, segments[index]!, interval))),
        skipped: joinLists(values.map(({ skipped }) => skipped)),
      },
      spans: answers.map(({ readAtMs, stale, origin }, index): SeriesSpan => {
        const { fromMs, toMs } = segments[index]!;
        return { fromMs, toMs, readAtMs, stale, origin };
      }),
      unanswered: joinTouching(joinLists(values.map(({ unanswered }) => unanswered))),
    };
  };
}

/** The rows that belong to a segment (as in `divideAnswer`): an answer under a fallback key may hold others. */
function ownRows<Series extends UsageSeries>(
  rows: readonly SeriesRow<Series>[],
  { fromMs, toMs, isLive }: Segment,
  interval: VendorInterval,
): readonly SeriesRow<Series>[] {
  const firstRowMs = vendorFloor(fromMs, interval);
  const isOwn = ({ startMs }: SeriesRow<Series>): boolean =>
    startMs >= firstRowMs && (startMs < toMs || isLive);
  return rows.every(isOwn) ? rows : rows.filter(isOwn);
}

/** Most ranges are one segment. */
function joinLists<Item>(lists: readonly (readonly Item[])[]): readonly Item[] {
  const [only] = lists;
  return only && lists.length === 1 ? only : lists.flat();
}
