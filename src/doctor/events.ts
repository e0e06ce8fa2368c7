import type { UpstreamError } from '../base/errors.ts';
import { DAY_MS, formatInstant } from '../base/time.ts';
import type { Direction } from '../base/time.ts';
import { createEventsPageReader, encodeSort, LIST_OPERATION, UNIT_MS } from '../sources/events/client.ts';
import { decodeEvent, OPTIONAL_EVENT_FIELDS } from '../sources/events/event.ts';
import type { AuditEvent } from '../sources/events/event.ts';
import { EVENTS_REQUEST_FORMS } from '../sources/events/quirks.ts';
import type { EventsQuirks, EventsRequestForm } from '../sources/events/quirks.ts';
import { isSkipped, readVendorPage } from '../sources/paging/vendor-page.ts';
import { encodeSecond } from '../sources/shared/timestamps.ts';
import { judgeAnswers } from './answers.ts';
import { createFindings } from './finding.ts';
import type { Finding, PlannedCall } from './finding.ts';
import { judgeBounds, judgeOrder, judgeParsing, pickPair } from './rows.ts';
import type { Pair } from './rows.ts';
import { adviseOn, asUpstreamError } from './vendor.ts';
import type { ExaminedVendor } from './vendor.ts';

const TEN_YEARS_MS = 3_650 * DAY_MS;

const BROKEN_ORDER = {
  verdict: 'wrong',
  advice: 'Ask the vendor: the service answers such lists with UPSTREAM_OUT_OF_ORDER.',
} as const;
const NO_ORDER = {
  verdict: 'note',
  advice:
    'The service reads windows whole and sorts them, which takes more calls. Ask the vendor for a sort by time.',
} as const;

/** What an examination of the Events API asks, in this order. */
export const EVENTS_CALLS: readonly PlannedCall[] = [
  'the newest rows: credentials, clock, request form (one more call for each form that is refused), order, bad rows',
  'rows between two known times: whether bounds are inclusive',
  'the oldest row: how long the vendor keeps its log',
].map((purpose): PlannedCall => ({ source: 'EVENTS', operation: LIST_OPERATION, purpose }));

export interface EventsAsked {
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly pageSize: number;
  readonly direction?: Direction;
}

/** Reads one page, in the form that the quirks know or the page then shows. @throws UpstreamError */
export async function readEventsPage(
  { upstream, context, settings, nowMs }: ExaminedVendor,
  quirks: EventsQuirks,
  { direction = 'DESC', ...asked }: EventsAsked,
) {
  const read = createEventsPageReader({ upstream, settings, nowMs, quirks }, context, {
    parameters: [],
    fields: new Set(OPTIONAL_EVENT_FIELDS),
  });
  const { entries, sort } = await read({ ...asked, direction, page: 1 });
  return {
    rows: entries.flatMap((entry) => (isSkipped(entry) ? [] : [entry])),
    entries: entries.length,
    sort,
  };
}

/** Reads one page, newest first, with all fields that the vendor has, also those that the service does not know. @throws UpstreamError */
export async function readWholeEvents(
  { upstream, context, settings, nowMs }: ExaminedVendor,
  quirks: EventsQuirks,
  { lowerMs, upperMs, pageSize }: EventsAsked,
): Promise<readonly AuditEvent[]> {
  const { sort, hasOperators } = quirks.requestFormAt(nowMs) ?? { sort: 'none', hasOperators: false };
  const { entries } = await readVendorPage({ upstream, settings, nowMs }, context, {
    source: 'EVENTS',
    operation: LIST_OPERATION,
    query: [
      ['createdFrom', `${hasOperators ? 'gt:' : ''}${encodeSecond(lowerMs)}`],
      ['createdTo', `${hasOperators ? 'lt:' : ''}${encodeSecond(upperMs)}`],
      ['page', '1'],
      ['pageSize', String(pageSize)],
      ...encodeSort(sort, 'DESC'),
    ],
    upperMs,
    unitMs: UNIT_MS,
    notFound: 'refusal',
    decodeRow: decodeEvent,
  });
  return entries.flatMap((entry) => (isSkipped(entry) ? [] : [entry]));
}

/** The newest whole page: from long ago to the next second. */
export function newest({ settings, nowMs }: ExaminedVendor): EventsAsked {
  const upperMs = Math.ceil(nowMs / UNIT_MS) * UNIT_MS;
  return { lowerMs: upperMs - TEN_YEARS_MS, upperMs, pageSize: settings.largestPage };
}

/** Examines the Events API with the calls of `EVENTS_CALLS`; if the first one fails, it is the only one. */
export async function examineEvents(
  vendor: ExaminedVendor,
  quirks: EventsQuirks,
): Promise<readonly Finding[]> {
  const findings = createFindings('EVENTS');
  const { settings, nowMs } = vendor;
  const read = (bounds: EventsAsked) =>
    readEventsPage(vendor, quirks, bounds).catch((error: unknown) => asUpstreamError(error));
  const first = await read(newest(vendor));
  const asked = `GET ${LIST_OPERATION}, the newest ${settings.largestPage} rows`;
  if (first instanceof Error) {
    findings.add('credentials', 'wrong', asked, `${first.code}: ${first.message}`, adviseOn(first));
    judgeAnswers(vendor, findings);
    return findings.all;
  }
  findings.add('credentials', 'ok', asked, 'accepted');
  judgeForm(quirks.requestFormAt(nowMs), asked, findings);
  judgeParsing(first, asked, findings);
  judgeOrder(first, asked, first.sort === 'timestamp' ? BROKEN_ORDER : NO_ORDER, findings);
  const pair = pickPair(first.rows.toSorted((a, b) => b.timestampMs - a.timestampMs));
  const pageSize = Math.max(first.rows.length, 2);
  const readBetween = ({ olderMs: lowerMs, newerMs: upperMs }: Pair) => read({ lowerMs, upperMs, pageSize });
  await judgeBounds(pair, LIST_OPERATION, readBetween, findings);
  await judgeRetention(first, vendor, read, findings);
  judgeAnswers(vendor, findings);
  return findings.all;
}

type Findings = ReturnType<typeof createFindings>;
type EventsPage = Awaited<ReturnType<typeof readEventsPage>>;
type Read = (bounds: EventsAsked) => Promise<EventsPage | UpstreamError>;

function judgeForm(form: EventsRequestForm | null, asked: string, findings: Findings): void {
  if (!form) return findings.add('request form', 'unknown', asked, 'no answer shows it');
  const sort = form.sort === 'none' ? 'no sort' : `sort by ${form.sort}`;
  const came = `${sort}, times ${form.hasOperators ? 'with' : 'without'} gt: and lt:`;
  if (form === EVENTS_REQUEST_FORMS[0]) return findings.add('request form', 'ok', asked, came);
  const advice =
    'The vendor refuses the best form. The service uses this one, and tries the best again every 15 minutes.';
  findings.add('request form', 'note', asked, came, advice);
}

async function judgeRetention(
  first: EventsPage,
  vendor: ExaminedVendor,
  read: Read,
  findings: Findings,
): Promise<void> {
  if (first.sort !== 'timestamp') {
    return findings.add(
      'retention',
      'unknown',
      'nothing',
      'the vendor does not sort by time, so its oldest row takes too many calls',
    );
  }
  const page = await read({ ...newest(vendor), pageSize: 2, direction: 'ASC' });
  const asked = `GET ${LIST_OPERATION}, the oldest rows`;
  if (page instanceof Error) return findings.add('retention', 'wrong', asked, page.message, adviseOn(page));
  const [oldest] = page.rows;
  if (!oldest) return findings.add('retention', 'unknown', asked, 'no rows');
  const days = Math.floor((vendor.nowMs - oldest.timestampMs) / DAY_MS);
  const came = `the oldest row is of ${formatInstant(oldest.timestampMs)}, ${days} days ago`;
  const { retentionMs } = vendor.settings.age;
  if (retentionMs !== null && vendor.nowMs - retentionMs - oldest.timestampMs > DAY_MS) {
    const advice = 'Raise EVENTS_API_RETENTION_DAYS: coverage calls such rows beyond retention.';
    return findings.add('retention', 'note', asked, came, advice);
  }
  findings.add('retention', 'ok', asked, came);
}
