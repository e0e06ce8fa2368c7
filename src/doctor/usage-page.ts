import { isSkipped, readVendorPage } from '../sources/paging/vendor-page.ts';
import { encodeInstant } from '../sources/shared/timestamps.ts';
import { LIST_OPERATION } from '../sources/usage/client.ts';
import { UNIT_MS } from '../sources/usage/quirks.ts';
import { decodeUsageRecord } from '../sources/usage/record.ts';
import type { UsageRecord } from '../sources/usage/record.ts';
import type { ExaminedVendor } from './vendor.ts';

/** A page of the log and how it was asked for. */
export interface UsagePage {
  readonly asked: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: readonly UsageRecord[];
  /** With those that could not be parsed. */
  readonly entries: number;
}

/** Reads one page of the log. @throws UpstreamError */
export async function readUsagePage(
  { upstream, context, settings, nowMs }: ExaminedVendor,
  { fromMs, toMs, asked, offset = 0 }: { fromMs: number; toMs: number; asked: number; offset?: number },
): Promise<UsagePage> {
  const { entries } = await readVendorPage({ upstream, settings, nowMs }, context, {
    source: 'USAGE',
    operation: LIST_OPERATION,
    query: [
      ['from', encodeInstant(fromMs)],
      ['to', encodeInstant(toMs)],
      ['pageOffset', String(offset)],
      ['pageSize', String(asked)],
    ],
    upperMs: toMs,
    unitMs: UNIT_MS,
    notFound: 'empty',
    decodeRow: decodeUsageRecord,
  });
  return {
    asked,
    fromMs,
    toMs,
    rows: entries.flatMap((entry) => (isSkipped(entry) ? [] : [entry])),
    entries: entries.length,
  };
}
