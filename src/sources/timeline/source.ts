import { scopedKey } from '../../base/credential-scope.ts';
import type { CredentialScope } from '../../base/credential-scope.ts';
import type { Source } from '../../base/source.ts';
import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import type { EventsDeps } from '../events/client.ts';
import { OPTIONAL_EVENT_FIELDS } from '../events/event.ts';
import type { AuditEvent, OptionalEventField } from '../events/event.ts';
import { createEventsRowStream } from '../events/row-stream.ts';
import type { EventsSource } from '../events/source.ts';
import type { KnownRange } from '../paging/archived-rows.ts';
import { addCounts } from '../paging/count.ts';
import { coverNothing } from '../paging/coverage.ts';
import type { Page, PageRequest, TotalCount } from '../paging/page.ts';
import { requireParsable } from '../paging/row-stream.ts';
import type { RowStream } from '../paging/row-stream.ts';
import { loadOnce } from '../shared/load-once.ts';
import type { UsageDeps } from '../usage/client.ts';
import type { UsageRecord } from '../usage/record.ts';
import { createUsageRowStream } from '../usage/row-stream.ts';
import type { UsageSource } from '../usage/source.ts';
import type { Activity } from './activity.ts';
import type { RelatedRequest, RelatedRows } from './correlation.ts';
import { splitTimelineFilter } from './filter.ts';
import type { TimelineFilter } from './filter.ts';
import { mergeStreams } from './merge.ts';
import { createRelatedLoader } from './related.ts';
import type { NearSource } from './related.ts';

export interface TimelinePageRequest extends PageRequest<TimelineFilter> {
  readonly fields: ReadonlySet<OptionalEventField>;
}

/** Both sources in one order. */
export interface TimelineSource {
  /**
   * One page of both. If one source fails, the page holds the other's entries, and coverage reports the failed span.
   * @throws RequestError `LIMIT_EXCEEDED`, `BAD_USER_INPUT`
   */
  listActivities(request: TimelinePageRequest): Promise<Page<Activity>>;
  /** The sum of both counts, as exact as the less exact one; null if one is unknown or no accuracy fits the sum. */
  countActivities(range: KnownRange, filter: TimelineFilter): Promise<TotalCount | null>;
  /**
   * Events near an entry; many entries at once share calls. A bound leaves the oldest part unread, and coverage reports it.
   * @throws UpstreamError if a failure of the vendor leaves part of the entry's window unread
   */
  listRelatedEvents(request: RelatedRequest): Promise<RelatedRows<AuditEvent>>;
  /** Usage records near an entry, as `listRelatedEvents`. */
  listRelatedUsage(request: RelatedRequest): Promise<RelatedRows<UsageRecord>>;
}

/** One source of the timeline. */
export interface TimelinePart<Deps, Reader> {
  readonly deps: Deps;
  readonly context: CallContext;
  /** The source itself, for counts and series. */
  readonly reader: Reader;
}

/** Makes the timeline of one operation. */
export function createTimelineSource(
  usage: TimelinePart<UsageDeps, UsageSource>,
  events: TimelinePart<EventsDeps, EventsSource>,
  nowMs: number,
): TimelineSource {
  const loadPage = loadOnce(
    (request: TimelinePageRequest) => keyOf({ ...request, fields: [...request.fields].sort() }),
    readTimelinePage,
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
  /** Names the credential scopes of both sources, except of one without credentials, which gives no rows. */
  const keyOf = (value: unknown): string => {
    const scopes = [usage.context.credentials?.scope, events.context.credentials?.scope];
    const [first, ...others] = scopes.filter((scope): scope is CredentialScope => scope !== undefined);
    return first === undefined ? JSON.stringify(value) : scopedKey(first, ...others, JSON.stringify(value));
  };

  async function readTimelinePage(request: TimelinePageRequest): Promise<Page<Activity>> {
    const { filter, fields, range } = request;
    const { knownAtMs = null } = range;
    const filters = splitTimelineFilter(filter);
    const parts: { readonly source: Source; readonly stream: RowStream<Activity> | null }[] = [];
    if (filters.usage) {
      const { getUsageAnalytics } = usage.reader;
      const stream = createUsageRowStream(
        usage.deps,
        usage.context,
        filters.usage,
        getUsageAnalytics,
        'filter.usage',
        knownAtMs,
      );
      parts.push({ source: 'USAGE', stream: stream as RowStream<Activity> | null });
    }
    if (filters.events) {
      const { deps, context } = events;
      const stream = createEventsRowStream(deps, context, filters.events, fields, 'filter.events', knownAtMs);
      parts.push({ source: 'EVENTS', stream: stream as RowStream<Activity> | null });
    }
    const page = await mergeStreams(
      request,
      parts.flatMap(({ stream }) => (stream ? [requireParsable(stream)] : [])),
      nowMs,
    );
    const nothing = parts.flatMap(({ source, stream }) => (stream ? [] : [coverNothing(source, range)]));
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
      return loadPage(request);
    },
    async countActivities(range, filter) {
      const filters = splitTimelineFilter(filter);
      const counts = await Promise.all([
        ...(filters.usage ? [usage.reader.countUsageRecords(range, filters.usage)] : []),
        ...(filters.events ? [events.reader.countEvents(range, filters.events)] : []),
      ]);
      return counts.reduce<TotalCount | null>(addCounts, { value: 0, accuracy: 'EXACT' });
    },
  };
}

function nameOf({ of, withinMs, by, belowMs }: RelatedRequest): unknown {
  return [of.source, of.id, of.timestampMs, of.ipAddress, withinMs, [...by].sort(), belowMs];
}
