import type { UsageSeries } from './usage-analytics.ts';
import type { UsageFilter } from './usage-source.ts';

/** The series that counts just what a filter asks for; null: none does, so that records are counted one by one. */
export function countingSeries({ elementKeys, status, ...others }: UsageFilter): UsageSeries | null {
  if (Object.keys(others).length > 0 || (elementKeys && status)) return null;
  return elementKeys ? 'elements' : status ? 'statuses' : 'activity';
}
