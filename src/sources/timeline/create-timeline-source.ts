import DataLoader from 'dataloader';
import { scopedKey, type CredentialScope } from '../../base/credential-scope.ts';
import { RequestError } from '../../base/request-error.ts';
import { SOURCES, type Source } from '../../base/source.ts';
import { grantScan } from '../../upstream/grant-scan.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { createEventsStrand } from '../events/create-events-strand.ts';
import type { AuditEvent } from '../events/event.ts';
import { OPTIONAL_EVENT_FIELDS } from '../events/event-fields.ts';
import type { EventFilter } from '../events/event-filter.ts';
import type { EventsSource } from '../events/events-source.ts';
import type { EventsDeps } from '../events/events-deps.ts';
import { createUsageStrand } from '../usage/create-usage-strand.ts';
import type { UsageRecord } from '../usage/usage-record.ts';
import type { UsageFilter, UsageSource } from '../usage/usage-source.ts';
import type { UsageDeps } from '../usage/usage-deps.ts';
import { asError } from '../walk/as-error.ts';
import { coverNothing } from '../walk/cover-nothing.ts';
import type { Page, TotalCount } from '../walk/page.ts';
import { requireLegible } from '../walk/require-legible.ts';
import type { Strand } from '../walk/strand.ts';
import type { RelatedRequest } from './correlation.ts';
import { createRelatedLoader, type NearSource } from './create-related-loader.ts';
import { mergeWalks } from './merge-walks.ts';
import type { Activity } from './activity.ts';
import type { TimelineFilter, TimelinePageRequest, TimelineSource } from './timeline-source.ts';

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
    strand: createEventsStrand(events.deps, grantScan(events.context), {}, OPTIONAL_EVENT_FIELDS)!,
    userOf: ({ username }) => username,
    maxScannedRows: events.deps.settings.maxScannedRows,
  });
  const createNearUsage = (): NearSource<UsageRecord> => ({
    strand: createUsageStrand(usage.deps, grantScan(usage.context), {}, usage.reader.getUsageAnalytics)!,
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
    const strands: readonly (readonly [Source, Strand<Activity> | null])[] = [
      ...(wanted.has('USAGE')
        ? [
            [
              'USAGE',
              createUsageStrand(
                usage.deps,
                usage.context,
                usageFilterOf(filter),
                usage.reader.getUsageAnalytics,
                'filter.usage',
              ) as Strand<Activity> | null,
            ] as const,
          ]
        : []),
      ...(wanted.has('EVENTS')
        ? [
            [
              'EVENTS',
              createEventsStrand(
                events.deps,
                events.context,
                eventFilterOf(filter),
                fields,
                'filter.events',
              ) as Strand<Activity> | null,
            ] as const,
          ]
        : []),
    ];
    const page = await mergeWalks(
      request,
      strands.flatMap(([, strand]) => (strand ? [requireLegible(strand)] : [])),
      nowMs,
    );
    const nothing = strands.flatMap(([source, strand]) => (strand ? [] : [coverNothing(source, range)]));
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
