import type { Direction, Interval, Range } from '../../base/time.ts';
import type { UsageSeries } from '../../sources/usage/analytics/analytics.ts';
import type { RowBounds } from '../../sources/usage/analytics/calls.ts';
import { estimateAnalytics } from '../../sources/usage/analytics/plan.ts';
import type { AnalyticsEstimate } from '../../sources/usage/analytics/plan.ts';
import { previousRange } from '../../sources/usage/analytics/previous-range.ts';
import { countingSeries, encodeUsageFilter } from '../../sources/usage/filter.ts';
import type { UsageFilter } from '../../sources/usage/filter.ts';
import { isUsageRecordId } from '../global-id.ts';
import { readAnalyticsSelection } from '../usage/analytics/selection.ts';
import { callsForPage, leastOf } from './calls.ts';
import type { SelectedField } from '../selection.ts';
import type { CallNeeds, EstimatedList } from './calls.ts';
import { isRefusedUsageFilter, withoutNulls } from './inputs.ts';

const BY_TIME = 'usage records by id and time';

/** Usage records by their ids alone: a call each, or none for what can be no id. */
export function estimateUsageRecords(ids: readonly string[]): readonly CallNeeds[] {
  const keys = ids.filter(isUsageRecordId).map((id) => `usage ${id}`);
  return keys.length > 0
    ? // Those that others look for by time may be among them.
      [{ source: 'USAGE', least: keys, saved: [BY_TIME], full: keys.map((key) => [key, 1] as const) }]
    : [];
}

/** Usage records whose times are known: near ones share a call, so at least one for all of them. */
export const USAGE_BY_TIME: CallNeeds = {
  source: 'USAGE',
  least: [BY_TIME],
  full: [[BY_TIME, 1]],
  isOpen: true,
};

/** A list of usage records, alone or as a part of the timeline: its page, and its count by a series or by a scan. */
export function estimateUsageList(list: EstimatedList, input: unknown): readonly CallNeeds[] {
  const filter = withoutNulls(input) as UsageFilter;
  if (isRefusedUsageFilter(filter)) return [];
  if (filter.elementKeys?.length === 0 || filter.tags?.length === 0) return [];
  const { name, range, page, isCounted, pageSize } = list;
  const scan = nameFirstCall(filter, range, 'DESC', null);
  const isScan = filter.ipAddress !== undefined;
  const counting = countingSeries(filter);
  const series = counting && nameSeries(counting, range);
  return [
    {
      source: 'USAGE',
      ...leastOf(list, {
        page: nameFirstCall(filter, range, page?.direction ?? 'DESC', page?.cursor ?? null),
        count: series ?? scan,
        laterCount: series ?? `then ${scan}`,
      }),
      full: [
        ...(page && !isScan ? [[`page ${name}`, callsForPage(page, pageSize)] as const] : []),
        ...(isCounted && series !== null ? [[series, 1] as const] : []),
      ],
      scans: page && isScan ? [`page ${name}`] : [],
      counts: isCounted && series === null ? [`count ${name}`] : [],
      isOpen: true,
    },
  ];
}

/** Upwards by where it begins alone: windows are read, which other ranges may share. */
function nameFirstCall(
  filter: UsageFilter,
  { fromMs, toMs }: Range,
  direction: Direction,
  cursor: string | null,
): string {
  const edge = direction === 'DESC' ? `${fromMs} ${toMs}` : fromMs;
  return `usage ${direction} ${cursor ?? edge} ${JSON.stringify(encodeUsageFilter(filter))}`;
}

/** What a field of `usageAnalytics` takes. */
export interface AnalyticsNeeds extends Pick<AnalyticsEstimate, 'buckets' | 'rows'> {
  readonly calls: readonly CallNeeds[];
}

/** `usageAnalytics`: one call a series selected or more; earlier periods share it if they can. @throws RequestError */
export function estimateAnalyticsCalls(
  field: SelectedField,
  range: Range,
  bounds: RowBounds,
  nowMs: number,
): AnalyticsNeeds {
  const { series: own, previous } = readAnalyticsSelection(field.fields);
  const offsets = previous.map(({ offset }) => offset);
  const before = previous[0]?.series ?? new Set<UsageSeries>();
  const timeZone = String(field.args['timeZone']);
  const request = {
    range,
    interval: (field.args['interval'] as Interval | null | undefined) ?? null,
    timeZone,
    series: own,
    previous: offsets.map((offset) => ({ offset, series: before })),
  };
  const { buckets, rows, calls } = estimateAnalytics(request, nowMs, bounds);
  const periods = offsets.map((offset) => previousRange(range, offset, timeZone));
  const asked = JSON.stringify(field.args);
  const series = [...new Set([...own, ...before])];
  const needs: CallNeeds = {
    source: 'USAGE',
    least: series.map((one) =>
      nameSeries(one, unite([...(own.has(one) ? [range] : []), ...(before.has(one) ? periods : [])])),
    ),
    full: series.map((one) => [`series ${one} ${asked}`, calls.get(one) ?? 1] as const),
    isOpen: true,
  };
  return { calls: series.length > 0 ? [needs] : [], buckets, rows };
}

function nameSeries(series: UsageSeries, { fromMs, toMs }: Range): string {
  return `series ${series} ${fromMs} ${toMs}`;
}

function unite(ranges: readonly Range[]): Range {
  return {
    fromMs: Math.min(...ranges.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...ranges.map(({ toMs }) => toMs)),
  };
}
