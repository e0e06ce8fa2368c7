import { RequestError } from '../../base/errors.ts';
import { checkEventFilter } from '../../sources/events/filter.ts';
import type { EventFilter } from '../../sources/events/filter.ts';
import { checkUsageFilter } from '../../sources/usage/filter.ts';
import type { UsageFilter } from '../../sources/usage/filter.ts';

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

/** An input object but for its nulls, which mean the same as nothing; of what is none, nothing. */
export function withoutNulls(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .map(([name, part]) => [name, isRecord(part) ? withoutNulls(part) : part]),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
