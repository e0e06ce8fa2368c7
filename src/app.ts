import manifest from '../package.json' with { type: 'json' };
import type { Archive } from './archive/archive.ts';
import type { FileArchive } from './archive/file-archive.ts';
import { createSyncRounds } from './archive/rounds.ts';
import type { SyncRound } from './archive/sync.ts';
import type { SharedStore } from './base/shared-store.ts';
import type { Source } from './base/source.ts';
import { systemClock } from './base/time.ts';
import type { Clock } from './base/time.ts';
import {
  readRetention,
  readSourceEnd,
  readSourceSettings,
  readSubgraphLimits,
  readUnpaced,
} from './config/config.ts';
import type { Config, SourceConfig } from './config/config.ts';
import { readAddresses, readOwnSecrets } from './config/vendors.ts';
import type { VendorAddress } from './config/vendors.ts';
import { createCursorSealer } from './graph/paging/cursor.ts';
import type { SourceEnds } from './graph/paging/range.ts';
import type { createSubgraph } from './graph/federation/subgraph.ts';
import { createLiveCursors } from './graph/paging/live-cursor.ts';
import { schema } from './graph/schema.ts';
import { createAlerts } from './http/alerts/alerts.ts';
import type { AlertReport, Alerts } from './http/alerts/alerts.ts';
import type { DeliveryReport } from './http/alerts/outbox.ts';
import type { AlertStates } from './http/alerts/states.ts';
import type { AuditSink } from './http/audit-trail.ts';
import { createContexts } from './http/context.ts';
import { createAdmission } from './http/export/admission.ts';
import type { Timing } from './http/export/pace.ts';
import { createDoctor } from './http/doctor.ts';
import type { Examine } from './http/doctor.ts';
import { createHandler } from './http/handler.ts';
import type { Handler, HandlerOptions } from './http/handler.ts';
import { openIdentity } from './http/identity/identity.ts';
import type { IdentitySettings } from './http/identity/identity.ts';
import { createVendorCredentials } from './http/identity/vendor-credentials.ts';
import { createRateLimit, createSharedRateLimit } from './http/limits/rate-limit.ts';
import { createStreamLimit } from './http/limits/stream-limit.ts';
import type { Metrics } from './http/metrics/metrics.ts';
import type { Way } from './http/responder.ts';
import type { RequestTracer } from './http/tracing/tracer.ts';
import type { TrustedDocuments } from './http/trusted-documents.ts';
import { createLive } from './sources/live/live.ts';
import { systemTimers } from './sources/live/timers.ts';
import type { Timers } from './sources/live/timers.ts';
import type { SkippedRowsReport } from './sources/paging/vendor-page.ts';
import type { AttemptReport } from './upstream/attempt.ts';
import { createUpstream } from './upstream/create.ts';
import type { UpstreamLimits } from './upstream/limits.ts';
import { openSharedRedis } from './upstream/redis/shared-store.ts';
import { systemWait } from './upstream/retry.ts';
import type { Wait } from './upstream/retry.ts';
import type { PostTransport, Transport } from './upstream/transport.ts';
import type { Upstream } from './upstream/upstream.ts';

export const VERSION: string = manifest.version;

/** The service without a port. */
export interface App extends Handler {
  /** Copy the vendors' logs to the archive, one source each; empty without an archive. */
  readonly syncRounds: readonly SyncRound[];
  /**
   * Replaces API keys, the issuer's keys of a file, and trusted documents at once. If a key is revoked, all streams are told to come back:
   * those of the revoked key are then refused.
   */
  reload(next: Reloadable): ReloadReport;
  /** Ends all streams, and tells their clients to come back. */
  endStreams(): void;
  /** They do not run before they are started; null: there are none. */
  readonly alerts: Alerts | null;
  /** Ends alerts, and the connections to the vendors, to the token issuer and to Redis. */
  close(): Promise<void>;
}

/** What can be replaced while the service runs; whether there are keys or trusted documents at all stays as it is. */
export interface Reloadable {
  readonly identity: IdentitySettings | null;
  readonly trustedDocuments: TrustedDocuments | null;
}

/** What a reload has brought, for the log. */
export interface ReloadReport {
  readonly keys: number;
  readonly revokedKeys: number;
  /** Public keys of the token issuer that are gone. */
  readonly revokedTokenKeys: number;
  /** null: all documents are answered. */
  readonly trustedDocuments: number | null;
}

/** What tests and the command line replace or observe. */
export interface AppOverrides {
  readonly clock?: Clock;
  /** In [0, 1); spreads retries in time. */
  readonly random?: () => number;
  /** Reach each vendor without sockets. */
  readonly transports?: Partial<Record<Source, Transport>>;
  /** Exchanges credentials for a token without sockets. */
  readonly exchange?: PostTransport;
  /** Reaches the issuer of callers' tokens without sockets. */
  readonly issuer?: Transport;
  readonly limits?: Partial<UpstreamLimits>;
  /** How exports tell time and wait. */
  readonly exportTiming?: Timing;
  /** Begin the polls and heartbeats of streams. */
  readonly timers?: Timers;
  /** How alerts wait. */
  readonly alertWait?: Wait;
  /** Reaches the receivers of alerts without sockets. */
  readonly alertTransport?: PostTransport;
  /** Keeps the states of alerts over a restart; left out: they live in memory. */
  readonly alertStates?: AlertStates;
  /** Learns each change of an alert's state. */
  readonly onAlert?: (report: AlertReport) => void;
  /** Learns how messages of alerts are delivered. */
  readonly onDelivery?: (report: DeliveryReport) => void;
  readonly isReady?: () => boolean;
  /** Receives faults that callers do not see. */
  readonly onFault?: (error: unknown) => void;
  readonly onRequest?: HandlerOptions['onRequest'];
  /** Traces requests; left out: nothing does. */
  readonly tracer?: RequestTracer;
  /** Counts what happens; left out: nothing does. This service closes it. */
  readonly metrics?: Metrics;
  /** Makes the subgraph that `SIGHTLINE_FEDERATION=1` asks for, so that it is loaded only then. Left out: the service is none. */
  readonly createSubgraph?: typeof createSubgraph;
  /** Examines the vendors, Redis and the archive for `GET /health/doctor`; left out: there is no such path. */
  readonly examine?: Examine;
  /** Learns which way each GraphQL request was answered. */
  readonly onWay?: (way: Way) => void;
  /** Receives, once for each origin, why the pages of that origin can't read answers. */
  readonly onRefusedOrigin?: (message: string) => void;
  readonly onAttempt?: (report: AttemptReport) => void;
  /** Receives the number of rows that could not be parsed, never their values. */
  readonly onSkippedRows?: (report: SkippedRowsReport) => void;
  /** The open archive; left out: there is none. The caller closes it. */
  readonly archive?: Archive;
  /** The rows of the user's own files, if they are the vendors; left out: the sandbox alone has them. The caller closes it. */
  readonly files?: FileArchive;
  /** Receives every operation; left out: there is no audit trail. */
  readonly audit?: AuditSink;
}

/** Wires the layers. It opens no port. @throws AlertsRefused if alerts do not fit the schema */
export function createApp(config: Config, given: AppOverrides = {}): App {
  const { metrics } = given;
  const overrides = metrics ? observe(given, metrics) : given;
  const { clock = systemClock, onFault = () => {}, onRequest = () => {}, isReady = () => true } = overrides;
  const { archive = null } = overrides;
  const { vendors, secret } = config;
  const shared = config.sharedCache && openSharedRedis({ ...config.sharedCache, secret, clock, onFault });
  const store = shared?.store ?? null;
  const addresses = readAddresses(vendors);
  const upstreams = {
    usage: createVendorUpstream('USAGE', addresses.usage, config, config.usage, store, overrides),
    events: createVendorUpstream('EVENTS', addresses.events, config, config.events, store, overrides),
  };
  const upstreamOf = (source: Source): Upstream => (source === 'USAGE' ? upstreams.usage : upstreams.events);
  const vendorCredentials = createVendorCredentials({
    own: readOwnSecrets(vendors),
    secret,
    clock,
    attemptTimeoutMs: config.upstream.attemptTimeoutMs,
    exchange: overrides.exchange,
    onAttempt: overrides.onAttempt,
  });
  const openedIdentity = openIdentity(config.identity, clock, overrides.issuer);
  const ends: SourceEnds = { USAGE: readSourceEnd(config.usage), EVENTS: readSourceEnd(config.events) };
  const { timeoutMs, ...limits } = config.operation;
  const { maxBuckets, maxUpstreamBuckets } = limits;
  const usageSettings = readSourceSettings(config, config.usage);
  const usageAccess = {
    upstream: upstreams.usage,
    settings: usageSettings,
    retention: readRetention(config.usage),
  };
  const eventsAccess = {
    upstream: upstreams.events,
    settings: readSourceSettings(config, config.events),
    retention: readRetention(config.events),
  };
  const live = createLive({
    pace: config.live.pace,
    clock,
    timers: overrides.timers ?? systemTimers,
    onFault,
  });
  const createContext = createContexts({
    version: VERSION,
    limits: { ...limits, maxDepth: config.bounds.maxDepth },
    cursors: createCursorSealer(secret),
    live,
    liveCursors: createLiveCursors(secret),
    liveOverlapMs: config.live.pace.overlapMs,
    ends,
    credentialsOf: vendorCredentials.of,
    usage: usageAccess,
    analytics: {
      ...usageSettings.age,
      maxBuckets,
      maxUpstreamBuckets,
      staleIfErrorMs: config.staleIfErrorMs,
    },
    events: eventsAccess,
    archive,
    files: overrides.files ?? null,
    onSkippedRows: overrides.onSkippedRows,
  });
  const trustedDocuments = config.trustedDocuments && new Map(config.trustedDocuments);
  const streams = createStreamLimit(config.live);
  const { maxExports, callsPerMinute } = config.exports;
  const admission = createAdmission(maxExports);
  metrics?.watch({
    version: VERSION,
    maxUpstreamCalls: limits.maxUpstreamCalls,
    isReady,
    upstream: (source) => upstreamOf(source).state(),
    isHealthy: (source) => upstreamOf(source).health(null).healthy,
    archiveLagMs: archive && ((source) => readLag(archive, source, clock)),
    openStreams: streams.open,
    runningExports: admission.running,
  });
  const ownCredentials = vendorCredentials.of({ callerSecrets: null });
  const { examine, onAttempt = () => {} } = overrides;
  const doctor = examine ? createDoctor(examine, clock, onAttempt) : null;
  const ownRateLimit = config.rate && createRateLimit(config.rate, clock);

  const { askAlert, ...http } = createHandler({
    identity: openedIdentity.identity,
    schema: (config.federation && overrides.createSubgraph?.(schema, readSubgraphLimits(config))) || schema,
    createContext,
    clock,
    timeoutMs,
    maxUpstreamCalls: limits.maxUpstreamCalls,
    vendorCredentials: vendors.kind === 'request' ? 'request' : 'config',
    bounds: config.bounds,
    costLimits: {
      ...limits,
      ends,
      hasArchive: archive !== null,
      pageSizes: { usage: config.usage.largestPage, events: config.events.largestPage },
    },
    trustedDocuments,
    corsOrigins: config.corsOrigins,
    consoleFolder: config.consoleFolder,
    rateLimit:
      config.rate && ownRateLimit && shared
        ? createSharedRateLimit(config.rate, shared.buckets, ownRateLimit)
        : ownRateLimit,
    answeredScope(operation) {
      if (vendors.kind !== 'request') return null;
      const { usage, events } = vendorCredentials.of(operation);
      if (usage && upstreams.usage.hasAnswered(usage.scope)) return usage.scope;
      return events && upstreams.events.hasAnswered(events.scope) ? events.scope : null;
    },
    streams,
    watchEnd: live.watchEnd,
    timers: overrides.timers ?? systemTimers,
    maxBodyBytes: config.maxBodyBytes,
    exports: {
      callsPerMinute,
      admission,
      unpaced: readUnpaced(config),
      timing: overrides.exportTiming,
    },
    mcp: config.mcp && { version: VERSION, ...config.mcp },
    isLoopbackOnly: vendors.kind === 'configured' && !vendors.isPublic && !config.identity,
    isReady,
    metrics: config.metrics === 'main' && metrics ? metrics.page : null,
    doctor,
    tracer: overrides.tracer ?? null,
    onFault,
    onRequest,
    onWay: overrides.onWay ?? (() => {}),
    onRefusedOrigin: overrides.onRefusedOrigin ?? (() => {}),
    audit: overrides.audit ?? null,
  });
  const alerts =
    config.alerts &&
    createAlerts(config.alerts, {
      schema,
      trustedDocuments: config.trustedDocuments,
      ask: askAlert,
      clock,
      wait: overrides.alertWait ?? systemWait,
      random: overrides.random ?? Math.random,
      onFault,
      onChange: overrides.onAlert ?? (() => {}),
      onDelivery: overrides.onDelivery ?? (() => {}),
      states: overrides.alertStates ?? null,
      transport: overrides.alertTransport,
    });
  return {
    ...http,
    alerts,
    syncRounds: archive
      ? createSyncRounds({
          archive,
          usage: { ...usageAccess, credentials: ownCredentials.usage },
          events: { ...eventsAccess, credentials: ownCredentials.events },
          clock,
          keptMs: config.archive?.keptMs ?? Infinity,
          onSkippedRows: overrides.onSkippedRows,
          live,
        })
      : [],
    reload(next) {
      const revoked = openedIdentity.replaceKeys(next.identity);
      if (trustedDocuments && next.trustedDocuments) {
        trustedDocuments.clear();
        for (const [hash, text] of next.trustedDocuments) trustedDocuments.set(hash, text);
      }
      if (revoked.keys + revoked.tokenKeys > 0) live.interrupt();
      return {
        keys: next.identity?.keys.length ?? 0,
        revokedKeys: revoked.keys,
        revokedTokenKeys: revoked.tokenKeys,
        trustedDocuments: trustedDocuments?.size ?? null,
      };
    },
    endStreams: live.close,
    async close() {
      metrics?.close();
      live.close();
      doctor?.close();
      await alerts?.stop();
      await Promise.all([
        upstreams.usage.close(),
        upstreams.events.close(),
        vendorCredentials.close(),
        openedIdentity.close(),
        store?.close(),
      ]);
    },
  };
}

/** The same observers, and the metrics beside them. */
function observe(overrides: AppOverrides, metrics: Metrics): AppOverrides {
  const { onRequest, onAttempt, onSkippedRows } = overrides;
  return {
    ...overrides,
    onRequest(line, notes) {
      onRequest?.(line, notes);
      metrics.onRequest(line, notes);
    },
    onAttempt(report) {
      onAttempt?.(report);
      metrics.onAttempt(report);
    },
    onSkippedRows(report) {
      onSkippedRows?.(report);
      metrics.onSkippedRows(report);
    },
  };
}

function readLag(archive: Archive, source: Source, clock: Clock): number | null {
  const [newest] = (source === 'USAGE' ? archive.usage : archive.events).readSpans();
  return newest ? Math.max(clock.now() - newest.toMs, 0) : null;
}

function createVendorUpstream(
  source: Source,
  { baseUrl, socketPath }: VendorAddress,
  config: Config,
  { maxConcurrency }: SourceConfig,
  store: SharedStore | null,
  { clock = systemClock, random = Math.random, transports = {}, limits, onAttempt }: AppOverrides,
): Upstream {
  const transport = transports[source];
  return createUpstream({
    source,
    baseUrl,
    socketPath,
    clock,
    random,
    limits: { ...config.upstream, maxConcurrency, ...limits },
    hasTenants: config.vendors.kind === 'request',
    ...(transport ? { transport } : {}),
    ...(store ? { shared: { store, secret: config.secret } } : {}),
    ...(onAttempt ? { onAttempt } : {}),
  });
}
