import type { Source } from '../base/source.ts';
import { DAY_MS } from '../base/time.ts';
import type { Clock } from '../base/time.ts';
import { createEventsQuirks } from '../sources/events/quirks.ts';
import { OPTIONAL_EVENT_FIELDS } from '../sources/events/event.ts';
import { createEventsRowStream } from '../sources/events/row-stream.ts';
import type { Live } from '../sources/live/live.ts';
import type { Position } from '../sources/paging/position.ts';
import { requireParsable } from '../sources/paging/row-stream.ts';
import type { SkippedRowsReport, SourceSettings } from '../sources/paging/vendor-page.ts';
import type { Activity } from '../sources/timeline/activity.ts';
import { createUsageQuirks } from '../sources/usage/quirks.ts';
import { createUsageRowStream } from '../sources/usage/row-stream.ts';
import type { CallBudget } from '../upstream/call-budget.ts';
import type { CallContext, Credentials, Upstream } from '../upstream/upstream.ts';
import type { Archive } from './archive.ts';
import { syncSource } from './sync.ts';
import type { SyncedSource, SyncReport, SyncRound } from './sync.ts';

/** How one vendor is read. */
export interface SyncAccess {
  readonly upstream: Upstream;
  readonly settings: SourceSettings;
  /** null: the vendor is not configured, so it is not copied. */
  readonly credentials: Credentials | null;
}

export interface SyncRoundsOptions {
  readonly archive: Archive;
  readonly usage: SyncAccess;
  readonly events: SyncAccess;
  readonly clock: Clock;
  /** How long the archive keeps rows, in milliseconds; Infinity: for ever. */
  readonly keptMs: number;
  readonly onSkippedRows: ((report: SkippedRowsReport) => void) | undefined;
  /** The newest rows as they were last read for streams of this process. Left out: there are none. */
  readonly live?: Pick<Live, 'newest'>;
}

/** A round that takes longer ends, and the next one goes on. */
const ROUND_MS = 600_000;
/** The claim to copy of an instance that has died ends after this time. A round renews it. */
const CLAIM_MS = 300_000;
/** How far back to read if it is unknown how long the vendor keeps rows. Years without rows cost no call. */
const LONGEST_RETENTION_MS = 3_650 * DAY_MS;

/** The rounds that copy the logs of the configured vendors. They never read from a cache. */
export function createSyncRounds({
  archive,
  usage,
  events,
  clock,
  keptMs,
  onSkippedRows,
  live,
}: SyncRoundsOptions): readonly SyncRound[] {
  const rounds: SyncRound[] = [];
  const add = <Row extends Position>(
    { settings, credentials, upstream }: SyncAccess,
    source: Source,
    archived: SyncedSource<Row>['archived'] & Pick<Archive['usage'], 'refresh' | 'forget'>,
    open: (deps: Deps, context: CallContext) => ReturnType<SyncedSource<Row>['openStream']>,
    isOwn: (row: Activity) => row is Row & Activity,
  ): void => {
    if (!credentials) return;
    const synced: SyncedSource<Row> = {
      archived,
      newest() {
        const read = live?.newest(source, credentials.scope) ?? null;
        return read && { ...read, rows: read.rows.filter(isOwn) };
      },
      retentionMs: Math.min(settings.age.retentionMs ?? LONGEST_RETENTION_MS, keptMs),
      openStream(nowMs, callBudget, signal) {
        const deps = { upstream, settings: { ...settings, staleIfErrorMs: 0 }, nowMs, onSkippedRows };
        return requireParsable(open(deps, toContext(credentials, nowMs, callBudget, signal)));
      },
    };
    let wasHolder = false;
    rounds.push(async (maxCalls, signal, fromMs) => {
      const nowMs = clock.now();
      const isHolder = await archive.claim(nowMs, CLAIM_MS);
      // Another instance copies, or has copied until now.
      if (!isHolder || !wasHolder) await archived.refresh();
      wasHolder = isHolder;
      if (!isHolder) return idle(source);
      if (Number.isFinite(keptMs)) await archived.forget(nowMs - keptMs);
      return syncSource(
        synced,
        nowMs,
        maxCalls,
        signal,
        fromMs === undefined ? undefined : Math.max(fromMs, nowMs - keptMs),
      );
    });
  };
  const usageQuirks = createUsageQuirks();
  add(
    usage,
    'USAGE',
    archive.usage,
    (deps, context) => {
      const unasked = async (): Promise<never> => {
        throw new TypeError('Rows are read newest first, which needs no series.');
      };
      return createUsageRowStream({ ...deps, quirks: usageQuirks }, context, {}, unasked)!;
    },
    (row) => row.source === 'USAGE',
  );
  const eventsQuirks = createEventsQuirks();
  add(
    events,
    'EVENTS',
    archive.events,
    (deps, context) =>
      createEventsRowStream({ ...deps, quirks: eventsQuirks }, context, {}, OPTIONAL_EVENT_FIELDS)!,
    (row) => row.source === 'EVENTS',
  );
  return rounds;
}

function idle(source: Source): SyncReport {
  return { source, calls: 0, rows: 0, reachedMs: null, isBehind: false, isStuck: false, failure: null };
}

interface Deps {
  readonly upstream: Upstream;
  readonly settings: SourceSettings;
  readonly nowMs: number;
  readonly onSkippedRows: SyncRoundsOptions['onSkippedRows'];
}

function toContext(
  credentials: Credentials,
  nowMs: number,
  callBudget: CallBudget,
  signal: AbortSignal,
): CallContext {
  return { credentials, signal, deadlineMs: nowMs + ROUND_MS, callBudget, maxAgeMs: 0 };
}
