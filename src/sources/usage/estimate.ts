import type { Direction, Range } from '../../base/time.ts';
import { callsForPage, keyOfList, leastOfList } from '../paging/estimate.ts';
import type { CallNeeds, ListQuestion, ListRole } from '../paging/estimate.ts';
import { previousRange } from '../shared/buckets.ts';
import type { AnalyticsRequest, UsageSeries } from './analytics/analytics.ts';
import type { SeriesBounds } from './analytics/calls.ts';
import { estimateAnalytics } from './analytics/plan.ts';
import type { AnalyticsEstimate } from './analytics/plan.ts';
import type { UsageBreakdownRequest } from './breakdown.ts';
import { checkUsageFilter, splitUsageFilter } from './filter.ts';
import type { UsageFilter } from './filter.ts';
import type { RecordKey } from './source.ts';

const BY_TIME = 'usage records by id and time';

/**
 * The calls for records by their ids. Records whose times are known share calls if they are near: at least one for all of
 * them. Every other record is one call.
 */
export function estimateUsageRecords(keys: readonly RecordKey[]): readonly CallNeeds[] {
  const alone = keys.filter(({ timestampMs }) => timestampMs === null).map(({ id }) => `usage ${id}`);
  return [
    ...(alone.length > 0
      ? [
          {
            source: 'USAGE',
            least: alone,
            // The records that are looked for by time may be among these.
            saved: [BY_TIME],
            full: alone.map((key) => [key, 1] as const),
          } as const,
        ]
      : []),
    ...(alone.length < keys.length
      ? [{ source: 'USAGE', least: [BY_TIME], full: [[BY_TIME, 1]], isOpen: true } as const]
      : []),
  ];
}

/**
 * The calls for a list of records: its page, or a scan if the vendor can't filter, and its count by a series or by a scan.
 * @throws RequestError `BAD_USER_INPUT` as the list itself
 */
export function estimateUsageList(question: ListQuestion<UsageFilter>, role: ListRole): readonly CallNeeds[] {
  const { filter, range, direction, cursor, wantsPage, isCounted } = question;
  checkUsageFilter(filter, 'filter');
  const split = splitUsageFilter(filter);
  if (split.kind === 'nothing') return [];
  const key = keyOfList(question, role);
  const filterKey = JSON.stringify(split.query);
  const series = split.countingSeries && keyOfSeries(split.countingSeries, range);
  const scan = keyOfFirstCall(filterKey, range, 'DESC', null);
  return [
    {
      source: 'USAGE',
      ...leastOfList(question, role, {
        page: keyOfFirstCall(filterKey, range, direction, cursor),
        count: series ?? scan,
        laterCount: series ?? `then ${scan}`,
      }),
      full: [
        ...(wantsPage && !split.isScan ? [[`page ${key}`, callsForPage(question, role)] as const] : []),
        ...(isCounted && series !== null ? [[series, 1] as const] : []),
      ],
      scans: wantsPage && split.isScan ? [`page ${key}`] : [],
      counts: isCounted && series === null ? [`count ${key}`] : [],
      isOpen: true,
    },
  ];
}

/**
 * The calls for a breakdown: one scan for all with one range and filter.
 * @throws RequestError `BAD_USER_INPUT` as the breakdown itself
 */
export function estimateUsageBreakdown({
  range,
  filter,
}: Pick<UsageBreakdownRequest, 'range' | 'filter'>): readonly CallNeeds[] {
  checkUsageFilter(filter, 'filter');
  const split = splitUsageFilter(filter);
  if (split.kind === 'nothing') return [];
  return [
    {
      source: 'USAGE',
      least: [keyOfFirstCall(JSON.stringify(split.query), range, 'DESC', null)],
      scans: [`usage scan ${JSON.stringify([range, filter])}`],
    },
  ];
}

/** From the oldest record on, only the beginning counts: the vendor is asked for windows, which other ranges may share. */
function keyOfFirstCall(
  filterKey: string,
  { fromMs, toMs }: Range,
  direction: Direction,
  cursor: string | null,
): string {
  const edge = direction === 'DESC' ? `${fromMs} ${toMs}` : fromMs;
  return `usage ${direction} ${cursor ?? edge} ${filterKey}`;
}

/** What analytics need: the calls, the buckets of the longest period and the vendor's rows. */
export interface AnalyticsNeeds extends Pick<AnalyticsEstimate, 'buckets' | 'rows'> {
  readonly calls: readonly CallNeeds[];
}

/**
 * The calls for analytics: at least one for each series. Earlier periods share it if they can.
 * @throws RequestError as the analytics themselves
 */
export function estimateUsageAnalytics(
  request: AnalyticsRequest,
  nowMs: number,
  bounds: SeriesBounds,
): AnalyticsNeeds {
  const { buckets, rows, calls } = estimateAnalytics(request, nowMs, bounds);
  const { range, interval, timeZone, previous } = request;
  const periods = [
    { range, offset: undefined, series: request.series },
    ...previous.map(({ offset, series }) => ({
      range: previousRange(range, offset, timeZone),
      offset,
      series,
    })),
  ];
  const place = `${range.fromMs} ${range.toMs} ${interval} ${timeZone}`;
  const asked = [...new Set(periods.flatMap((period) => [...period.series]))].map((series) => {
    const read = periods.filter((period) => period.series.has(series));
    const offsets = read.map(({ offset }) => offset ?? '').join();
    return {
      least: keyOfSeries(series, unite(read.map((period) => period.range))),
      full: [
        `series ${series} ${place} ${request.series.has(series)} ${offsets}`,
        calls.get(series) ?? 1,
      ] as const,
    };
  });
  const needs: CallNeeds = {
    source: 'USAGE',
    least: asked.map(({ least }) => least),
    full: asked.map(({ full }) => full),
    isOpen: true,
  };
  return { calls: asked.length > 0 ? [needs] : [], buckets, rows };
}

function keyOfSeries(series: UsageSeries, { fromMs, toMs }: Range): string {
  return `series ${series} ${fromMs} ${toMs}`;
}

function unite(ranges: readonly Range[]): Range {
  return {
    fromMs: Math.min(...ranges.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...ranges.map(({ toMs }) => toMs)),
  };
}
