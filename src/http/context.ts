import type { Source } from '../base/source.ts';
import type { GraphContext, Limits, SourceStatus } from '../graph/context.ts';
import { visibleEventFields } from '../graph/events/selection.ts';
import type { CursorSealer } from '../graph/paging/cursor.ts';
import type { SourceEnds } from '../graph/paging/range.ts';
import { createEventsQuirks } from '../sources/events/quirks.ts';
import { createEventsSource } from '../sources/events/source.ts';
import type { SkippedRowsReport, SourceSettings } from '../sources/paging/vendor-page.ts';
import { keepByScope } from '../sources/shared/scope.ts';
import { createTimelineSource } from '../sources/timeline/source.ts';
import { createAnalyticsReader } from '../sources/usage/analytics/reader.ts';
import type { AnalyticsSettings } from '../sources/usage/analytics/reader.ts';
import { createUsageQuirks } from '../sources/usage/quirks.ts';
import { createUsageSource } from '../sources/usage/source.ts';
import type { CallContext, Credentials, Upstream } from '../upstream/upstream.ts';
import type { VendorCredentials } from './identity/vendor-credentials.ts';
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
  /** Receives the number of rows that could not be parsed, never their values. */
  readonly onSkippedRows: ((report: SkippedRowsReport) => void) | undefined;
}

/**
 * Makes the context of each operation. Its sources belong to the operation alone, because their loaders must not outlive it, and
 * call the vendors with the operation's credentials.
 */
export function createContexts(options: ContextOptions): (operation: Operation) => GraphContext {
  const { version, limits, cursors, ends, credentialsOf, onSkippedRows } = options;
  const quirksOf = { usage: keepByScope(createUsageQuirks), events: keepByScope(createEventsQuirks) };
  return (operation) => {
    const { caller, nowMs, deadlineMs, signal, callBudget, maxAgeMs } = operation;
    const credentials = credentialsOf(operation);
    const call = { signal, deadlineMs, callBudget, maxAgeMs };
    const usageCall: CallContext = { ...call, credentials: credentials.usage };
    const eventsCall: CallContext = { ...call, credentials: credentials.events };
    const usageDeps = {
      upstream: options.usage.upstream,
      settings: options.usage.settings,
      quirks: quirksOf.usage(credentials.usage),
      nowMs,
      onSkippedRows,
    };
    const eventsDeps = {
      upstream: options.events.upstream,
      settings: options.events.settings,
      quirks: quirksOf.events(credentials.events),
      visible: visibleEventFields(caller),
      nowMs,
      onSkippedRows,
    };
    const analyticsDeps = { upstream: usageDeps.upstream, settings: options.analytics, onSkippedRows };
    const getUsageAnalytics = createAnalyticsReader(analyticsDeps, usageCall, nowMs);
    const usage = createUsageSource(usageDeps, getUsageAnalytics, usageCall);
    const events = createEventsSource(eventsDeps, eventsCall);
    const timeline = createTimelineSource(
      { deps: usageDeps, context: usageCall, reader: usage },
      { deps: eventsDeps, context: eventsCall, reader: events },
      nowMs,
    );
    const service = {
      version,
      sources: () => [
        readStatus('USAGE', options.usage, credentials.usage),
        readStatus('EVENTS', options.events, credentials.events),
      ],
    };
    return { ends, cursors, limits, viewer: caller, service, nowMs, usage, events, timeline };
  };
}

function readStatus(
  source: Source,
  { upstream, retention }: SourceAccess,
  credentials: Credentials | null,
): SourceStatus {
  const { healthy, lastSuccessAtMs } = upstream.health(credentials?.scope ?? null);
  return { source, configured: credentials !== null, healthy, lastSuccessAtMs, retention };
}
