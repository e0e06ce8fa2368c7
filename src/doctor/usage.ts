import { DAY_MS, formatInstant } from '../base/time.ts';
import type { UpstreamError } from '../base/errors.ts';
import { LIST_OPERATION } from '../sources/usage/client.ts';
import { judgeAnswers } from './answers.ts';
import { compareCounts, COUNT_OPERATION, readCounts } from './counts.ts';
import type { Counts } from './counts.ts';
import { createFindings } from './finding.ts';
import type { Finding, PlannedCall } from './finding.ts';
import { rawRows } from './recorded-transport.ts';
import { isNewestFirst, judgeBounds, judgeOrder, judgeParsing, pickPair } from './rows.ts';
import type { Pair } from './rows.ts';
import { readUsagePage } from './usage-page.ts';
import type { UsagePage } from './usage-page.ts';
import { adviseOn, asUpstreamError } from './vendor.ts';
import type { ExaminedVendor } from './vendor.ts';

const YEAR_MS = 365 * DAY_MS;
/** Rows of the page that shows what `pageOffset` counts. */
const OFFSET_ROWS = 10;

const OUT_OF_ORDER = 'Ask the vendor: the service answers such lists with UPSTREAM_OUT_OF_ORDER.';

/** What an examination of the Usage API asks, in this order. */
export const USAGE_CALLS: readonly PlannedCall[] = [
  'the newest rows: credentials, clock, dialect, order, bad rows',
  'rows between two known times: whether bounds are inclusive',
  'pageOffset=1: whether it counts records or pages',
  'the largest page that a scan may ask for',
  'rows at the end of the retention that is set',
  'rows before the retention that is set',
]
  .map((purpose): PlannedCall => ({ source: 'USAGE', operation: LIST_OPERATION, purpose }))
  .toSpliced(4, 0, {
    source: 'USAGE',
    operation: COUNT_OPERATION,
    purpose: 'whether the analytics count what the log holds',
  });

/** Examines the Usage API with the calls of `USAGE_CALLS`; if the first one fails, it is the only one. */
export async function examineUsage(vendor: ExaminedVendor): Promise<readonly Finding[]> {
  const findings = createFindings('USAGE');
  const { settings, nowMs } = vendor;
  const retentionMs = settings.age.retentionMs ?? 30 * DAY_MS;
  const range = { fromMs: nowMs - retentionMs, toMs: nowMs };
  const read = (asked: Parameters<typeof readUsagePage>[1]) =>
    readUsagePage(vendor, asked).catch((error: unknown) => asUpstreamError(error));

  const first = await read({ ...range, asked: settings.largestPage });
  const asked = `GET ${LIST_OPERATION}, the newest ${settings.largestPage} rows`;
  if (first instanceof Error) {
    findings.add('credentials', 'wrong', asked, `${first.code}: ${first.message}`, adviseOn(first));
    judgeAnswers(vendor, findings);
    return findings.all;
  }
  findings.add('credentials', 'ok', asked, 'accepted');
  judgeDialect(vendor, asked, findings);
  judgeParsing(first, asked, findings);
  judgeOrder(first, asked, { verdict: 'wrong', advice: OUT_OF_ORDER }, findings);
  const pair = isNewestFirst(first.rows) ? pickPair(first.rows) : null;
  const size = Math.max(first.rows.length, 2);
  const readBetween = ({ olderMs: fromMs, newerMs: toMs }: Pair) => read({ fromMs, toMs, asked: size });
  await judgeBounds(pair, LIST_OPERATION, readBetween, findings);
  await judgeOffset(first, read, findings);

  const scanned = await read({ ...range, asked: settings.scanPage ?? settings.largestPage });
  const longest = scanned instanceof Error ? first : scanned;
  const counts = await readCounts(vendor, longest, retentionMs).catch((error: unknown) =>
    asUpstreamError(error),
  );
  judgeLargestPage(scanned, first, counts, findings);
  compareCounts(counts, findings);
  await judgeRetention(retentionMs, nowMs, read, findings);
  judgeAnswers(vendor, findings);
  return findings.all;
}

type Read = (asked: Parameters<typeof readUsagePage>[1]) => Promise<UsagePage | UpstreamError>;
type Findings = ReturnType<typeof createFindings>;

function judgeDialect({ transport }: ExaminedVendor, asked: string, findings: Findings): void {
  const rows = transport.exchanges.flatMap(rawRows);
  const snake = rows.filter((row) => 'traffic_id' in row).length;
  const camel = rows.filter((row) => !('traffic_id' in row) && 'id' in row).length;
  if (snake + camel === 0) return findings.add('dialect', 'unknown', asked, 'no row shows it');
  const name =
    camel === 0 ? 'snake_case, as since 2016' : snake === 0 ? 'camelCase, as in 2014' : 'both, mixed';
  findings.add('dialect', 'ok', asked, `${name}; the service reads both`);
}

async function judgeOffset(first: UsagePage, read: Read, findings: Findings): Promise<void> {
  const size = Math.min(OFFSET_ROWS, Math.floor(first.rows.length / 2));
  if (size < 2 || !isNewestFirst(first.rows))
    return findings.add('pageOffset', 'unknown', 'nothing', 'too few rows in order to see what it counts');
  const page = await read({ fromMs: first.fromMs, toMs: first.toMs, asked: size, offset: 1 });
  const asked = `GET ${LIST_OPERATION} with pageOffset=1, ${size} rows`;
  if (page instanceof Error) return findings.add('pageOffset', 'wrong', asked, page.message, adviseOn(page));
  const known = new Set(first.rows.slice(0, size).map(({ id }) => id));
  const again = page.rows.filter(({ id }) => known.has(id)).length;
  if (page.rows.length > 0 && again === 0) findings.add('pageOffset', 'ok', asked, 'it counts pages');
  else if (again >= size / 2) findings.add('pageOffset', 'ok', asked, 'it counts records');
  else {
    const came = `${again} of the first ${size} rows came again, which fits neither records nor pages`;
    findings.add(
      'pageOffset',
      'wrong',
      asked,
      came,
      'Ask the vendor: an instant with more rows than a page can not be read.',
    );
  }
}

function judgeLargestPage(
  scanned: UsagePage | UpstreamError,
  first: UsagePage,
  counts: Counts | UpstreamError | null,
  findings: Findings,
): void {
  if (scanned instanceof Error) {
    const asked = `GET ${LIST_OPERATION}, the page of a scan`;
    const isRefused = scanned.status === 400;
    return findings.add(
      'largest page',
      isRefused ? 'note' : 'wrong',
      asked,
      isRefused ? `refused; ${first.asked} rows are given` : scanned.message,
      isRefused
        ? `Set USAGE_API_SCAN_PAGE_SIZE=${first.asked}: it saves a refused call an hour.`
        : adviseOn(scanned),
    );
  }
  const { asked, entries } = scanned;
  const sentence = `GET ${LIST_OPERATION} with pageSize=${asked}`;
  const total = counts && !(counts instanceof Error) ? counts.total : null;
  if (entries >= asked) findings.add('largest page', 'ok', sentence, `${entries} rows`);
  else if (entries === 0) findings.add('largest page', 'unknown', sentence, 'no rows');
  else if (total !== null && total > entries) {
    const setting = entries < first.asked ? 'USAGE_API_PAGE_SIZE' : 'USAGE_API_SCAN_PAGE_SIZE';
    const advice = `Set ${setting}=${entries}, so that the service does not ask whether more follows.`;
    findings.add('largest page', 'note', sentence, `the vendor gives ${entries} rows at most`, advice);
  } else {
    const came = `${entries} rows, which seem to be all that there are`;
    findings.add('largest page', 'unknown', sentence, came);
  }
}

async function judgeRetention(
  retentionMs: number,
  nowMs: number,
  read: Read,
  findings: Findings,
): Promise<void> {
  const edgeMs = nowMs - retentionMs;
  const days = retentionMs / DAY_MS;
  const [within, before] = [
    await read({ fromMs: edgeMs, toMs: edgeMs + DAY_MS, asked: 2 }),
    await read({ fromMs: edgeMs - 10 * YEAR_MS, toMs: edgeMs - DAY_MS, asked: 2 }),
  ];
  const asked = `GET ${LIST_OPERATION} on both sides of ${days} days ago`;
  for (const page of [within, before])
    if (page instanceof Error) return findings.add('retention', 'wrong', asked, page.message, adviseOn(page));
  const [older] = before instanceof Error ? [] : before.rows;
  const isFilled = !(within instanceof Error) && within.rows.length > 0;
  if (older) {
    const came = `rows older than ${days} days, such as of ${formatInstant(older.timestampMs)}`;
    const advice = 'Raise USAGE_API_RETENTION_DAYS: coverage calls such rows beyond retention.';
    findings.add('retention', 'note', asked, came, advice);
  } else if (isFilled) findings.add('retention', 'ok', asked, `rows up to ${days} days, and none before`);
  else {
    const came = `no row of ${days - 1} to ${days} days ago: the log is younger, or the vendor keeps less`;
    findings.add(
      'retention',
      'unknown',
      asked,
      came,
      'If older rows have disappeared, lower USAGE_API_RETENTION_DAYS.',
    );
  }
}
