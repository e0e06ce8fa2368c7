import { RequestError } from '../base/errors.ts';
import type { LiveReader } from '../graph/context.ts';
import type { LiveCursors } from '../graph/paging/live-cursor.ts';
import { OPTIONAL_EVENT_FIELDS } from '../sources/events/event.ts';
import type { AuditEvent } from '../sources/events/event.ts';
import { createEventTest } from '../sources/events/filter.ts';
import { createEventsRowStream } from '../sources/events/row-stream.ts';
import type { EventsDeps } from '../sources/events/client.ts';
import type { Live, LiveSource } from '../sources/live/live.ts';
import type { RowStream } from '../sources/paging/row-stream.ts';
import type { Activity } from '../sources/timeline/activity.ts';
import { splitTimelineFilter } from '../sources/timeline/filter.ts';
import type { TimelineFilter } from '../sources/timeline/filter.ts';
import type { UsageDeps } from '../sources/usage/client.ts';
import { createUsageTest, splitUsageFilter } from '../sources/usage/filter.ts';
import type { UsageFilter } from '../sources/usage/filter.ts';
import type { UsageRecord } from '../sources/usage/record.ts';
import { createUsageRowStream } from '../sources/usage/row-stream.ts';
import type { CallContext } from '../upstream/upstream.ts';
import type { OperationCredentials } from './identity/vendor-credentials.ts';
import type { Operation } from './operation.ts';

export interface LiveReaderOptions {
  readonly live: Live;
  readonly cursors: LiveCursors;
  readonly credentials: OperationCredentials;
  readonly usage: Omit<UsageDeps, 'nowMs' | 'archive'>;
  readonly events: Omit<EventsDeps, 'nowMs' | 'archive' | 'visible'>;
}

/** A poll that takes longer ends, and the next one reads its span. */
const POLL_MS = 30_000;

/** How one operation follows the sources. The vendors are read without a filter, because all listeners share a poller. */
export function createLiveReader(
  operation: Operation,
  { live, cursors, credentials, usage, events }: LiveReaderOptions,
): LiveReader {
  const { caller } = operation;
  const openUsage: LiveSource['openStream'] = (nowMs, callBudget, signal) => {
    const context = { credentials: credentials.usage, signal, callBudget, ...boundsAt(nowMs) };
    return anyRow(createUsageRowStream({ ...fresh(usage), nowMs }, context, {}, unasked)!);
  };
  const openEvents: LiveSource['openStream'] = (nowMs, callBudget, signal) => {
    const context = { credentials: credentials.events, signal, callBudget, ...boundsAt(nowMs) };
    return anyRow(createEventsRowStream({ ...fresh(events), nowMs }, context, {}, OPTIONAL_EVENT_FIELDS)!);
  };
  return {
    cursors,
    get lastEventId() {
      return operation.lastEventId;
    },
    get binding() {
      const { usage: ofUsage, events: ofEvents } = credentials;
      return JSON.stringify([caller.kind, caller.name, ofUsage?.scope ?? null, ofEvents?.scope ?? null]);
    },
    onUpdate: (id) => operation.frames.push(id),
    open({ filter, startOf, fixed }) {
      const tests = createTests(filter);
      const sources: LiveSource[] = [];
      if (tests.usage) {
        sources.push({
          source: 'USAGE',
          scope: credentials.usage?.scope ?? null,
          openStream: openUsage,
          maxRows: usage.settings.maxScannedRows,
          isMatch: tests.usage,
          start: startOf('USAGE'),
        });
      }
      if (tests.events) {
        sources.push({
          source: 'EVENTS',
          scope: credentials.events?.scope ?? null,
          openStream: openEvents,
          maxRows: events.settings.maxScannedRows,
          isMatch: tests.events,
          start: startOf('EVENTS'),
        });
      }
      return live.open({ sources, fixed, signal: operation.departure });
    },
  };
}

type Test = (row: Activity) => boolean;

/** The test of each source's rows; null: the filter does not ask for the source. */
function createTests(filter: TimelineFilter): { readonly usage: Test | null; readonly events: Test | null } {
  const { usage, events } = splitTimelineFilter(filter);
  if (usage) refuseVendorsOwn(usage);
  const isUsage =
    usage && (splitUsageFilter(usage).kind === 'nothing' ? () => false : createUsageTest(usage));
  const isEvent = events && createEventTest(events);
  return {
    usage: isUsage && ((row) => row.source === 'USAGE' && isUsage(row)),
    events: isEvent && ((row) => row.source === 'EVENTS' && isEvent(row)),
  };
}

function refuseVendorsOwn(filter: UsageFilter): void {
  const part = (['hub', 'searchText'] as const).find((name) => filter[name] !== undefined);
  if (!part) return;
  const argument = `filter.usage.${part}`;
  throw new RequestError(
    'BAD_USER_INPUT',
    `'${argument}' can't be followed: only the vendor can apply it, and it is read once for all streams. Leave it out, or poll the list.`,
    { argument },
  );
}

function fresh<Deps extends Pick<UsageDeps, 'settings'>>(deps: Deps): Deps {
  return { ...deps, settings: { ...deps.settings, staleIfErrorMs: 0 } };
}

function boundsAt(nowMs: number): Pick<CallContext, 'deadlineMs' | 'maxAgeMs'> {
  return { deadlineMs: nowMs + POLL_MS, maxAgeMs: 0 };
}

/** A stream of rows is one of entries. Its test takes its own rows alone, and none of another source are given to it. */
function anyRow(stream: RowStream<UsageRecord> | RowStream<AuditEvent>): RowStream<Activity> {
  return { ...stream, isMatch: () => true };
}

async function unasked(): Promise<never> {
  throw new TypeError('Rows are read newest first, which needs no series.');
}
