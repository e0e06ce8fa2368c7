import type { UpstreamError } from '../base/errors.ts';
import { createSeriesClient } from '../sources/usage/analytics/client.ts';
import { SERIES_OPERATIONS } from '../sources/usage/analytics/analytics.ts';
import { nextVendorEdge, vendorFloor } from '../sources/usage/analytics/vendor-rows.ts';
import type { createFindings } from './finding.ts';
import { isNewestFirst } from './rows.ts';
import type { UsagePage } from './usage-page.ts';
import { adviseOn } from './vendor.ts';
import type { ExaminedVendor } from './vendor.ts';

export const COUNT_OPERATION: string = SERIES_OPERATIONS.activity;

/** What the analytics count, and what the log holds in the same time. */
export interface Counts {
  /** The calls of the whole range that was asked for. */
  readonly total: number;
  /** The part of it that the page of the log holds whole. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly counted: number;
  readonly logged: number;
}

/** The analytics of the vendor may be this late. */
const LEAST_SETTLED_MS = 90_000;

/**
 * Asks the analytics once: by the hour over the retention, or by the minute if the page holds no whole hour.
 * @returns null, without a call, if the page holds not even a whole minute that has settled
 * @throws UpstreamError
 */
export async function readCounts(
  { upstream, context, settings, nowMs }: ExaminedVendor,
  { rows, entries }: UsagePage,
  retentionMs: number,
): Promise<Counts | null> {
  const oldest = rows.at(-1);
  const settledMs = nowMs - Math.max(settings.age.settleMs, LEAST_SETTLED_MS);
  // The oldest instant of a page may be cut. Rows that can't be parsed can't be counted either.
  if (!oldest || rows.length < entries || !isNewestFirst(rows)) return null;
  for (const interval of ['HOUR', 'MINUTE'] as const) {
    const [heldMs, toMs] = [nextVendorEdge(oldest.timestampMs, interval), vendorFloor(settledMs, interval)];
    if (heldMs >= toMs) continue;
    const startMs = interval === 'HOUR' ? nextVendorEdge(nowMs - retentionMs, interval) : heldMs;
    const client = createSeriesClient('activity', { upstream }, context, nowMs, {
      settleMs: 0,
      staleIfErrorMs: 0,
    });
    const { answer } = await client({ range: { fromMs: startMs, toMs }, interval });
    const sum = (sinceMs: number): number =>
      answer.rows.filter((row) => row.startMs >= sinceMs).reduce((total, row) => total + (row.count ?? 0), 0);
    return {
      total: sum(startMs),
      fromMs: heldMs,
      toMs,
      counted: sum(heldMs),
      logged: rows.filter(({ timestampMs: ms }) => ms >= heldMs && ms < toMs).length,
    };
  }
  return null;
}

export function compareCounts(
  counts: Counts | UpstreamError | null,
  findings: ReturnType<typeof createFindings>,
): void {
  const asked = `GET ${COUNT_OPERATION}`;
  if (!counts)
    return findings.add('counts', 'unknown', 'nothing', 'the page holds no whole settled minute to count');
  if (counts instanceof Error)
    return findings.add('counts', 'wrong', asked, counts.message, adviseOn(counts));
  const { fromMs, toMs, counted, logged } = counts;
  const where = `over the ${Math.round((toMs - fromMs) / 60_000)} minutes that one page of the log holds`;
  if (counted === logged)
    return findings.add('counts', 'ok', `${asked} ${where}`, `${counted} calls in both`);
  findings.add(
    'counts',
    'wrong',
    `${asked} ${where}`,
    `${counted} calls in the analytics, ${logged} rows in the log`,
    'Charts and lists will differ. If the analytics are late, raise SIGHTLINE_SETTLE_MS; otherwise ask the vendor which is right.',
  );
}
