import type { EventFilter } from '../../sources/events/event-filter.ts';
import type { EventOrder } from '../../sources/events/event-order.ts';
import { planEventFilter } from '../../sources/events/plan-event-filter.ts';
import { orderByTime } from '../../sources/events/read-ordered-page.ts';
import type { PageChoice } from '../paging/connection-arguments.ts';
import type { CallNeeds } from './call-needs.ts';
import { NO_NEEDS } from './call-needs.ts';
import { isRecord } from './is-record.ts';
import { callsForPage } from './plan-usage-calls.ts';

/** A list of events, alone or as a part of the timeline: its page, or a scan where the vendor can't filter or sort so. */
export function planEventsList(
  list: string,
  { filter, orderBy }: { readonly filter: unknown; readonly orderBy?: unknown },
  wants: { readonly page: PageChoice | null; readonly count: boolean },
  pageSize: number,
): CallNeeds {
  const plan = planEventFilter(readFilter(filter));
  if (plan.kind === 'nothing') return NO_NEEDS;
  const { page, count } = wants;
  const isOrdered = orderByTime((orderBy ?? []) as readonly EventOrder[]) === null;
  const isScan = plan.isScan || isOrdered;
  return {
    certain: page && !isScan ? [[`page ${list}`, callsForPage(page, pageSize)]] : [],
    scans: [...(page && isScan ? [`page ${list}`] : []), ...(count ? [`count ${list}`] : [])],
    isOpen: true,
  };
}

/** A coerced filter is the source's own but for its nulls. */
function readFilter(filter: unknown): EventFilter {
  return isRecord(filter) ? withoutNulls(filter) : {};
}

function withoutNulls(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .map(([name, part]) => [name, isRecord(part) ? withoutNulls(part) : part]),
  );
}
