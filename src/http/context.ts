import type { Archive } from '../archive/archive.ts';
import type { FileArchive } from '../archive/file-archive.ts';
import { SOURCES } from '../base/source.ts';
import type { Source } from '../base/source.ts';
import type { ArchivedSourceData, ArchiveStatusData } from '../graph/archive.ts';
import type { GraphContext, Limits, LiveReader, SourceStatus } from '../graph/context.ts';
import { visibleEventFields } from '../graph/events/selection.ts';
import type { CursorSealer } from '../graph/paging/cursor.ts';
import type { SourceEnds } from '../graph/paging/range.ts';
import type { LiveCursors } from '../graph/paging/live-cursor.ts';
import { createEventsQuirks } from '../sources/events/quirks.ts';
import { createEventsSource } from '../sources/events/source.ts';
import type { Live } from '../sources/live/live.ts';
import type { SkippedRowsReport, SourceSettings } from '../sources/paging/vendor-page.ts';
import { keepByScope } from '../sources/shared/scope.ts';
import { createTimelineSource } from '../sources/timeline/source.ts';
import type { TimelineSource } from '../sources/timeline/source.ts';
import type { GetUsageAnalytics } from '../sources/usage/analytics/analytics.ts';
import { createAnalyticsReader } from '../sources/usage/analytics/reader.ts';
import type { AnalyticsSettings } from '../sources/usage/analytics/reader.ts';
import { createUsageQuirks } from '../sources/usage/quirks.ts';
import { createUsageSource } from '../sources/usage/source.ts';
import type { CallContext, Credentials, Upstream } from '../upstream/upstream.ts';
import type { VendorCredentials } from './identity/vendor-credentials.ts';
import { createLiveReader } from './live-reader.ts';
import type { Operation } from './operation.ts';

/** How to reach and read one source. */
export interface SourceAccess {
  readonly upstream: Upstream;
  readonly settings: SourceSettings;
  /** How far back the source keeps data, an ISO 8601 duration; null: unknown. */
  readonly retention: string | null;
}

/** What the contexts of all operations share. */
export interface ContextOptions {
  readonly version: string;
  readonly limits: Limits;
  readonly cursors: CursorSealer;
  readonly ends: SourceEnds;
  readonly credentialsOf: VendorCredentials['of'];
  readonly usage: SourceAccess;
  readonly analytics: AnalyticsSettings;
  readonly events: SourceAccess;
  readonly live: Live;
  readonly liveCursors: LiveCursors;
  readonly liveOverlapMs: number;
  /** null: there is none. */
  readonly archive: Archive | null;
  /** The rows of the user's own files; null: the vendors are no files. */
  readonly files: Pick<FileArchive, 'usage' | 'events'> | null;
  /** Receives the number of rows that could not be parsed, never their values. */
  readonly onSkippedRows: ((report: SkippedRowsReport) => void) | undefined;
}

/**
 * Makes the context of each operation. Its sources belong to the operation alone, because their loaders must not outlive it, and
 * call the vendors with the operation's credentials.
 */
export function createContexts(options: ContextOptions): (operation: Operation) => GraphContext {
  const { version, limits, cursors, ends, credentialsOf, archive, files, liveOverlapMs, onSkippedRows } =
    options;
  const rows = archive ?? files;
  const quirksOf = { usage: keepByScope(createUsageQuirks), events: keepByScope(createEventsQuirks) };
  return (operation) => {
    const { caller, nowMs } = operation;
    const credentials = credentialsOf(operation);

    const openUsage = () => {
      const context = createCallContext(operation, credentials.usage);
      const { upstream, settings: own } = options.usage;
      const settings = readOn(own, operation);
      const quirks = quirksOf.usage(credentials.usage);
      const deps = { upstream, settings, quirks, archive: rows?.usage, nowMs, onSkippedRows };
      const analyticsDeps = { upstream, settings: options.analytics, onSkippedRows };
      let analytics: GetUsageAnalytics | null = null;
      // Most operations read no series.
      const getUsageAnalytics: GetUsageAnalytics = (request) => {
        analytics ??= createAnalyticsReader(analyticsDeps, context, nowMs);
        return analytics(request);
      };
      return { deps, context, reader: createUsageSource(deps, getUsageAnalytics, context) };
    };
    const openEvents = () => {
      const context = createCallContext(operation, credentials.events);
      const { upstream, settings: own } = options.events;
      const settings = readOn(own, operation);
      const quirks = quirksOf.events(credentials.events);
      const deps = {
        upstream,
        settings,
        quirks,
        archive: rows?.events,
        visible: visibleEventFields(caller),
        nowMs,
        onSkippedRows,
      };
      return { deps, context, reader: createEventsSource(deps, context) };
    };
    let usage: ReturnType<typeof openUsage> | null = null;
    let events: ReturnType<typeof openEvents> | null = null;
    let timeline: TimelineSource | null = null;
    let live: LiveReader | null = null;
    const openLive = (): LiveReader =>
      createLiveReader(operation, {
        live: options.live,
        cursors: options.liveCursors,
        credentials,
        usage: { ...options.usage, quirks: quirksOf.usage(credentials.usage), onSkippedRows },
        events: { ...options.events, quirks: quirksOf.events(credentials.events), onSkippedRows },
      });
    const service = {
      version,
      configured: SOURCES.filter((source) => credentials[source === 'USAGE' ? 'usage' : 'events'] !== null),
      sources: () => [
        readStatus('USAGE', options.usage, credentials.usage),
        readStatus('EVENTS', options.events, credentials.events),
      ],
      archive: archive && (() => readArchiveStatus(archive, nowMs)),
    };
    // Most operations read one source.
    return {
      ends,
      hasArchive: archive !== null,
      cursors,
      liveOverlapMs,
      limits,
      viewer: caller,
      service,
      nowMs,
      get usage() {
        return (usage ??= openUsage()).reader;
      },
      get events() {
        return (events ??= openEvents()).reader;
      },
      get timeline() {
        timeline ??= createTimelineSource((usage ??= openUsage()), (events ??= openEvents()), nowMs);
        return timeline;
      },
      get live() {
        return (live ??= openLive());
      },
    };
  };
}

async function readArchiveStatus(
  { engine, usage, events, sealedTo }: Archive,
  nowMs: number,
): Promise<ArchiveStatusData> {
  const sourceOf = async (
    source: Source,
    archived: Pick<Archive['usage'], 'size' | 'readSpans'>,
  ): Promise<ArchivedSourceData> => {
    const held = archived.readSpans();
    const newest = held[0];
    return {
      source,
      ...(await archived.size()),
      held,
      lagMs: newest ? Math.max(nowMs - newest.toMs, 0) : null,
      sealedToMs: await sealedTo(source),
    };
  };
  return { engine, sources: await Promise.all([sourceOf('USAGE', usage), sourceOf('EVENTS', events)]) };
}

/** The settings of a source for an operation that may go on where a scan stops. */
function readOn(settings: SourceSettings, { goesOn }: Operation): SourceSettings {
  return goesOn ? { ...settings, age: { ...settings.age, goesOn } } : settings;
}

function createCallContext(operation: Operation, credentials: Credentials | null): CallContext {
  const { deadlineMs, callBudget, maxAgeMs, goesOn = false } = operation;
  return {
    credentials,
    deadlineMs,
    callBudget,
    maxAgeMs,
    // A list that is read to its end would push all other answers out of the cache, and it asks for none of its pages again.
    isReadOnce: goesOn,
    // It is made when a call is.
    get signal() {
      return operation.signal;
    },
  };
}

function readStatus(
  source: Source,
  { upstream, retention, settings }: SourceAccess,
  credentials: Credentials | null,
): SourceStatus {
  const { healthy, lastSuccessAtMs } = upstream.health(credentials?.scope ?? null);
  return {
    source,
    configured: credentials !== null,
    healthy,
    lastSuccessAtMs,
    retention,
    settlesAfterMs: settings.age.settleMs,
  };
}
