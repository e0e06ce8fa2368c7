import type { PageChoice } from '../paging/connection-arguments.ts';
import { decodeGlobalId, isUsageRecordId } from '../global-id.ts';
import { listSeries } from '../usage/analytics-selection.ts';
import type { CallNeeds } from './call-needs.ts';
import { NO_NEEDS } from './call-needs.ts';
import { isRecord } from './is-record.ts';
import type { PlannedField } from './planned-field.ts';

/** `usageRecord`: a call, or none for what can be no id. */
export function planUsageRecord({ args }: PlannedField): CallNeeds {
  const id = String(args['recordId']);
  return isUsageRecordId(id) ? { certain: [[`usage ${id}`, 1]] } : NO_NEEDS;
}

/** `node` and `nodes`: a call for each usage record; near events share one, so at least one for all of them. */
export function planNodes(ids: readonly unknown[]): CallNeeds {
  const found = ids.flatMap((id) => decodeGlobalId(String(id)) ?? []);
  const hasEvents = found.some(({ source }) => source === 'EVENTS');
  return {
    certain: [
      ...found.flatMap(({ source, id }) => (source === 'USAGE' ? [[`usage ${id}`, 1] as const] : [])),
      ...(hasEvents ? [['events by id', 1] as const] : []),
    ],
    isOpen: hasEvents,
  };
}

/** A list of usage records, alone or as a part of the timeline: its page, and its count by one of the series. */
export function planUsageList(
  list: string,
  filter: unknown,
  wants: { readonly page: PageChoice | null; readonly count: boolean },
  pageSize: number,
): CallNeeds {
  const given = isRecord(filter) ? Object.keys(filter).filter((name) => filter[name] != null) : [];
  const parts = isRecord(filter) ? filter : {};
  const isEmpty = (name: string): boolean => Array.isArray(parts[name]) && parts[name].length === 0;
  if (isEmpty('elementKeys') || isEmpty('tags')) return NO_NEEDS;
  const isScan = given.includes('ipAddress');
  const isCounted = given.length === 0 || (given.length === 1 && /^(?:elementKeys|status)$/.test(given[0]!));
  const { page, count } = wants;
  return {
    certain: [
      ...(page && !isScan ? [[`page ${list}`, callsForPage(page, pageSize)] as const] : []),
      ...(count && isCounted ? [[`count ${list}`, 1] as const] : []),
    ],
    scans: isScan ? [...(page ? [`page ${list}`] : []), ...(count ? [`count ${list}`] : [])] : [],
    isOpen: true,
  };
}

/** One row more than asked for proves that there is a next page. Upwards, the vendor's pages say less: at least one. */
export function callsForPage({ count, travel }: PageChoice, pageSize: number): number {
  return travel === 'forward' ? Math.ceil((count + 1) / pageSize) : 1;
}

/** `usageAnalytics`: one call a series selected; earlier periods share it where they can. */
export function planAnalytics(field: PlannedField): CallNeeds {
  const earlier = field.fields.filter(({ name }) => name === 'previous');
  const own = listSeries(namesUnder(field, 'buckets'), namesUnder(field, 'totals'));
  const before = listSeries(
    earlier.flatMap((period) => namesUnder(period, 'buckets')),
    earlier.flatMap((period) => namesUnder(period, 'totals')),
  );
  const offsets = new Set(earlier.map(({ args }) => args['offset'] ?? null));
  const asked = JSON.stringify(field.args);
  return {
    certain: [...new Set([...own, ...before])].map((series) => [`series ${series} ${asked}`, 1] as const),
    possible: before.size * offsets.size,
  };
}

function namesUnder({ fields }: PlannedField, parent: string): string[] {
  return fields.flatMap((field) => (field.name === parent ? field.fields.map(({ name }) => name) : []));
}
