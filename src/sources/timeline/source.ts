import DataLoader from 'dataloader';
import { scopedKey } from '../../base/credential-scope.ts';
import type { CredentialScope } from '../../base/credential-scope.ts';
import { asError, RequestError } from '../../base/errors.ts';
import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import type { EventsDeps } from '../events/client.ts';
import { OPTIONAL_EVENT_FIELDS } from '../events/event.ts';
import type { AuditEvent, OptionalEventField } from '../events/event.ts';
import type { EventFilter } from '../events/filter.ts';
import { createEventsRowStream } from '../events/row-stream.ts';
import type { EventsSource } from '../events/source.ts';
import { coverNothing } from '../paging/coverage.ts';
import type { Page, PageRequest, TotalCount } from '../paging/page.ts';
import { requireParsable } from '../paging/row-stream.ts';
import type { RowStream } from '../paging/row-stream.ts';
import type { UsageDeps } from '../usage/client.ts';
import type { UsageFilter } from '../usage/filter.ts';
import type { UsageRecord } from '../usage/record.ts';
import { createUsageRowStream } from '../usage/row-stream.ts';
import type { UsageSource } from '../usage/source.ts';
import type { Activity } from './activity.ts';
import type { RelatedRequest, RelatedRows } from './correlation.ts';
import { mergeStreams } from './merge.ts';
import { createRelatedLoader } from './related.ts';
import type { NearSource } from './related.ts';

/** `usage` and `events` narrow their own source only, `ipAddress` both; `sources` left out means both. */
export interface TimelineFilter {
  readonly sources?: readonly Source[];
  readonly ipAddress?: string;
  readonly usage?: UsageFilter;
  readonly events?: EventFilter;
}

export interface TimelinePageRequest extends PageRequest<TimelineFilter> {
  readonly fields: ReadonlySet<OptionalEventField>;
}

/** Both sources in one order. */
export interface TimelineSource {
  /**
   * One page of both. A source that fails leaves the other's entries standing, and coverage says which stretch lacks it.
   * @throws RequestError `LIMIT_EXCEEDED`, `BAD_USER_INPUT`
   */
  listActivities(request: TimelinePageRequest): Promise<Page<Activity>>;
  /** The sum of both counts, as sure as the less sure one; null where either has none. */
  countActivities(range: Range, filter: TimelineFilter): Promise<TotalCount | null>;
  /**
   * Events near an entry. Many at once cost few calls. A bound leaves the oldest part unread, which coverage tells.
   * @throws UpstreamError where the vendor left any of the entry's window unread
   */
  listRelatedEvents(request: RelatedRequest): Promise<RelatedRows<AuditEvent>>;
  /** API calls near an entry, likewise. */
  listRelatedUsage(request: RelatedRequest): Promise<RelatedRows<UsageRecord>>;
}

/** One source's part in the timeline. */
export interface TimelinePart<Deps, Reader> {
  readonly deps: Deps;
  readonly context: CallContext;
  /** The same source's own lists, for counts. */
  readonly reader: Reader;
}

/** Both sources in one order, for one operation. */
export function createTimelineSource(
  usage: TimelinePart<UsageDeps, UsageSource>,
  events: TimelinePart<EventsDeps, EventsSource>,
  nowMs: number,
): TimelineSource {
  const pages = new DataLoader<TimelinePageRequest, Page<Activity>, string>(
    (requests) => Promise.all(requests.map((request) => readTimelinePage(request).catch(asError))),
    { cacheKeyFn: (request) => keyOf({ ...request, fields: [...request.fields].sort() }) },
  );
  const createNearEvents = (): NearSource<AuditEvent> => ({
    stream: createEventsRowStream(events.deps, forScan(events.context), {}, OPTIONAL_EVENT_FIELDS)!,
    userOf: ({ username }) => username,
    maxScannedRows: events.deps.settings.maxScannedRows,
  });
  const createNearUsage = (): NearSource<UsageRecord> => ({
    stream: createUsageRowStream(usage.deps, forScan(usage.context), {}, usage.reader.getUsageAnalytics)!,
    userOf: ({ userId }) => userId,
    maxScannedRows: usage.deps.settings.maxScannedRows,
  });
  const nearEvents = createRelatedLoader(createNearEvents(), createNearUsage(), nowMs, (request) =>
    keyOf(['events', nameOf(request)]),
  );
  const nearUsage = createRelatedLoader(createNearUsage(), createNearEvents(), nowMs, (request) =>
    keyOf(['usage', nameOf(request)]),
  );
  /** Whose timeline: of a source that this caller has no credentials for, nothing is in it. */
  const keyOf = (value: unknown): string => {
    const scopes = [usage.context.credentials?.scope, events.context.credentials?.scope];
    const [first, ...others] = scopes.filter((scope): scope is CredentialScope => scope !== undefined);
    return first === undefined ? JSON.stringify(value) : scopedKey(first, ...others, JSON.stringify(value));
  };

  async function readTimelinePage(request: TimelinePageRequest): Promise<Page<Activity>> {
    const { filter, fields, range } = request;
    const wanted = sourcesOf(filter);
    const streams: readonly (readonly [Source, RowStream<Activity> | null])[] = [
      ...(wanted.has('USAGE')
        ? [
            [
              'USAGE',
              createUsageRowStream(
                usage.deps,
                usage.context,
                usageFilterOf(filter),
                usage.reader.getUsageAnalytics,
                'filter.usage',
              ) as RowStream<Activity> | null,
            ] as const,
          ]
        : []),
      ...(wanted.has('EVENTS')
        ? [
            [
              'EVENTS',
              createEventsRowStream(
                events.deps,
                events.context,
                eventFilterOf(filter),
                fields,
                'filter.events',
              ) as RowStream<Activity> | null,
            ] as const,
          ]
        : []),
    ];
    const page = await mergeStreams(
      request,
      streams.flatMap(([, stream]) => (stream ? [requireParsable(stream)] : [])),
      nowMs,
    );
    const nothing = streams.flatMap(([source, stream]) => (stream ? [] : [coverNothing(source, range)]));
    const coverage = [...page.coverage, ...nothing].toSorted((a, b) => b.toMs - a.toMs);
    return { ...page, coverage };
  }

  return {
    async listRelatedEvents(request) {
      return nearEvents.load(request);
    },
    async listRelatedUsage(request) {
      return nearUsage.load(request);
    },
    async listActivities(request) {
      return pages.load(request);
    },
    async countActivities(range, filter) {
      const wanted = sourcesOf(filter);
      const counts = await Promise.all([
        ...(wanted.has('USAGE') ? [usage.reader.countUsageRecords(range, usageFilterOf(filter))] : []),
        ...(wanted.has('EVENTS') ? [events.reader.countEvents(range, eventFilterOf(filter))] : []),
      ]);
      return counts.reduce<TotalCount | null>(addCounts, { value: 0, accuracy: 'EXACT' });
    },
  };
}

/** A bound and an estimate make neither: no honest figure. */
function addCounts(a: TotalCount | null, b: TotalCount | null): TotalCount | null {
  if (!a || !b) return null;
  const value = a.value + b.value;
  if (a.accuracy === 'EXACT') return { value, accuracy: b.accuracy };
  return b.accuracy === 'EXACT' || a.accuracy === b.accuracy ? { value, accuracy: a.accuracy } : null;
}

function nameOf({ of, withinMs, by, belowMs }: RelatedRequest): unknown {
  return [of.source, of.id, of.timestampMs, of.ipAddress, withinMs, [...by].sort(), belowMs];
}

function sourcesOf({ sources }: TimelineFilter): ReadonlySet<Source> {
  return new Set(sources ?? SOURCES);
}

function usageFilterOf({ ipAddress, usage = {} }: TimelineFilter): UsageFilter {
  return { ...usage, ...bothAddresses('usage', ipAddress, usage.ipAddress) };
}

function eventFilterOf({ ipAddress, events = {} }: TimelineFilter): EventFilter {
  return { ...events, ...bothAddresses('events', ipAddress, events.ipAddress) };
}

function bothAddresses(
  part: string,
  shared: string | undefined,
  own: string | undefined,
): { ipAddress?: string } {
  if (shared !== undefined && own !== undefined && shared !== own) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `'filter.ipAddress' narrows both sources already; leave out 'filter.${part}.ipAddress' or ask for one of the two.`,
      { argument: `filter.${part}.ipAddress` },
    );
  }
  const ipAddress = shared ?? own;
  return ipAddress === undefined ? {} : { ipAddress };
}
