import type { PeriodView } from './analytics-view.ts';

/**
 * The id of a part of an answer: equal for equal type, frozen range, interval, zone and `parts`, and for nothing else. So a
 * client's cache that keys objects by id holds two charts over one range as one, and never mixes two ranges. It begins with
 * the type for caches that key by id alone.
 */
export function encodeAnalyticsId(
  type: string,
  view: PeriodView,
  ...parts: readonly (string | number)[]
): string {
  const { period, interval, timeZone } = view;
  const text = JSON.stringify([type, period.fromMs, period.toMs, interval, timeZone, ...parts]);
  return Buffer.from(text, 'utf8').toString('base64url');
}
