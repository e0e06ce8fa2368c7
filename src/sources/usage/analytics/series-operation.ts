import type { UsageSeries } from '../usage-analytics.ts';

/** The vendor's path for each series; without parameters, so also its path template. */
export const SERIES_OPERATIONS: Readonly<Record<UsageSeries, string>> = {
  activity: '/usage/analytics/activity',
  elements: '/usage/analytics/activity/elements',
  times: '/usage/analytics/times',
  statuses: '/usage/analytics/statuses',
};
