import { RequestError } from '../../base/request-error.ts';
import { checkEventFilter } from '../../sources/events/check-event-filter.ts';
import type { EventFilter } from '../../sources/events/event-filter.ts';
import { checkUsageFilter } from '../../sources/usage/check-usage-filter.ts';
import type { UsageFilter } from '../../sources/usage/usage-source.ts';

/** Whether a resolver refuses this filter before any call. */
export function isRefusedUsageFilter(filter: UsageFilter): boolean {
  return isRefused(() => checkUsageFilter(filter, 'filter'));
}

/** Whether a resolver refuses this filter before any call. */
export function isRefusedEventFilter(filter: EventFilter): boolean {
  return isRefused(() => checkEventFilter(filter, 'filter'));
}

function isRefused(check: () => void): boolean {
  try {
    check();
    return false;
  } catch (error) {
    if (error instanceof RequestError) return true;
    throw error;
  }
}
