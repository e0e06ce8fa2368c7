import { DAY_MS } from '../base/time.ts';
import type { EventsQuirks } from '../sources/events/quirks.ts';
import { readCounts } from './counts.ts';
import { newest, readEventsPage, readWholeEvents } from './events.ts';
import { rawRows } from './recorded-transport.ts';
import { isNewestFirst } from './rows.ts';
import type { Sight } from './shape.ts';
import { readUsagePage } from './usage-page.ts';
import type { ExaminedVendor } from './vendor.ts';

/** Looks at the newest rows of the Usage API, and whether the analytics count them. @throws UpstreamError */
export async function lookAtUsage(vendor: ExaminedVendor): Promise<Sight> {
  const { settings, nowMs, transport } = vendor;
  const retentionMs = settings.age.retentionMs ?? 30 * DAY_MS;
  const page = await readUsagePage(vendor, {
    fromMs: nowMs - retentionMs,
    toMs: nowMs,
    asked: settings.largestPage,
  });
  const rows = transport.exchanges.flatMap(rawRows);
  const counts = await readCounts(vendor, page, retentionMs);
  return {
    rows,
    isOrdered: page.rows.length < 2 ? null : isNewestFirst(page.rows),
    countsAgree: counts && counts.counted === counts.logged,
  };
}

/** Looks at the newest rows of the Events API. @throws UpstreamError */
export async function lookAtEvents(vendor: ExaminedVendor, quirks: EventsQuirks): Promise<Sight> {
  const bounds = newest(vendor);
  // Any page shows the form; this one is asked for few fields, so it shows no new ones.
  if (!quirks.requestFormAt(vendor.nowMs)) await readEventsPage(vendor, quirks, { ...bounds, pageSize: 2 });
  const sort = quirks.requestFormAt(vendor.nowMs)?.sort ?? 'none';
  const page = await readWholeEvents(vendor, quirks, bounds);
  const last = vendor.transport.exchanges.at(-1);
  return {
    rows: last ? rawRows(last) : [],
    isOrdered: sort !== 'timestamp' || page.length < 2 ? null : isNewestFirst(page),
    countsAgree: null,
  };
}
