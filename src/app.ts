import manifest from '../package.json' with { type: 'json' };
import { deriveSecret } from './base/sealing.ts';
import type { SharedBuckets, SharedStore } from './base/shared-store.ts';
import type { Source } from './base/source.ts';
import { systemClock } from './base/time.ts';
import type { Clock } from './base/time.ts';
import type { Config, SourceConfig, VendorAddress } from './config.ts';
import type { GraphContext, SourceStatus } from './graph/context.ts';
import { visibleEventFields } from './graph/events/selection.ts';
import { createCursorSealer } from './graph/paging/cursor.ts';
import type { SourceEnds } from './graph/paging/range.ts';
import { schema } from './graph/schema.ts';
import { createHandler } from './http/handler.ts';
import type { Handler, RequestLine } from './http/handler.ts';
import { createIdentity } from './http/identity/authenticate.ts';
import { createRateLimit, createSharedRateLimit } from './http/limits/rate-limit.ts';
import type { RateLimit } from './http/limits/rate-limit.ts';
import type { Operation } from './http/operation.ts';
import type { AuditLine } from './http/plugins/audit.ts';
import { createEventsCredentials } from './sources/events/credentials.ts';
import type { EventsExchange, EventsSecrets } from './sources/events/credentials.ts';
import { createEventsQuirks } from './sources/events/quirks.ts';
import { createEventsSource } from './sources/events/source.ts';
import { endOf } from './sources/paging/held-files.ts';
import type { SkippedRowsReport, SourceSettings } from './sources/paging/vendor-page.ts';
import { keepByScope } from './sources/shared/scope.ts';
import { createTimelineSource } from './sources/timeline/source.ts';
import { createAnalyticsReader } from './sources/usage/analytics/reader.ts';
import { createUsageCredentials } from './sources/usage/credentials.ts';
import type { UsageSecrets } from './sources/usage/credentials.ts';
import { createUsageQuirks } from './sources/usage/quirks.ts';
import { createUsageSource } from './sources/usage/source.ts';
import type { AttemptReport } from './upstream/attempt.ts';
import { createUpstream } from './upstream/create.ts';
import { createHttpTransport } from './upstream/http-transport.ts';
import type { UpstreamLimits } from './upstream/limits.ts';
import { createRedisConnection } from './upstream/redis/connection.ts';
import { createSharedBuckets } from './upstream/redis/shared-buckets.ts';
import { createSharedStore } from './upstream/redis/shared-store.ts';
import type { PostTransport, Transport } from './upstream/transport.ts';
import type { CallContext, Credentials, Upstream } from './upstream/upstream.ts';

export const VERSION: string = manifest.version;

/** The service without a port. */
export interface App extends Handler {
  /** Ends the connections to the vendors and to the shared cache. */
  close(): Promise<void>;
}

/** What tests and `main` put in the place of the defaults. */
export interface AppOverrides {
  readonly clock?: Clock;
  /** In [0, 1): spreads retries. */
  readonly random?: () => number;
  /** How to reach each vendor without sockets. */
  readonly transports?: Partial<Record<Source, Transport>>;
  /** How to exchange credentials for a token without sockets. */
  readonly exchange?: PostTransport;
  /** How to reach the issuer of callers' tokens without sockets. */
  readonly issuer?: Transport;
  readonly limits?: Partial<UpstreamLimits>;
  readonly isReady?: () => boolean;
  /** Told of what callers are not told. */
  readonly onFault?: (error: unknown) => void;
  readonly onRequest?: (line: RequestLine) => void;
  /** Told, once for each origin, why its pages can't read answers. */
  readonly onRefusedOrigin?: (message: string) => void;
  readonly onAttempt?: (report: AttemptReport) => void;
  /** Told of rows that could not be understood, without what they hold. */
  readonly onSkippedRows?: (report: SkippedRowsReport) => void;
  /** Told of every operation; left out: there is no audit trail. */
  readonly onAudit?: (line: AuditLine) => void;
}

/** The address of a vendor that is not configured: nothing is ever sent there. */
const NOWHERE: VendorAddress = { baseUrl: 'http://127.0.0.1:9', socketPath: null };
const DAY_MS = 86_400_000;
/** A few keys of some kilobytes at most. */
const MAX_KEY_SET_BYTES = 256 * 1024;
/** A token is a few hundred bytes. */
const MAX_TOKEN_ANSWER_BYTES = 64 * 1024;

/** Wires the layers, and opens no port. */
export function createApp(config: Config, overrides: AppOverrides = {}): App {
  const { clock = systemClock, onFault = () => {}, onRequest = () => {}, isReady = () => true } = overrides;
  const addresses = readAddresses(config);
  const shared = openShared(config, clock, onFault);
  const store = shared?.store ?? null;
  const upstreams = {
    usage: createVendorUpstream('USAGE', addresses.usage, config, config.usage, store, overrides),
    events: createVendorUpstream('EVENTS', addresses.events, config, config.events, store, overrides),
  };
  const access = createVendorAccess(config, overrides);
  const quirksOf = { usage: keepByScope(createUsageQuirks), events: keepByScope(createEventsQuirks) };
  const sourceDeps = {
    usage: {
      upstream: upstreams.usage,
      settings: readSourceSettings(config, config.usage),
      onSkippedRows: overrides.onSkippedRows,
    },
    events: {
      upstream: upstreams.events,
      settings: readSourceSettings(config, config.events),
      onSkippedRows: overrides.onSkippedRows,
    },
  };
  const analyticsDeps = {
    ...sourceDeps.usage,
    settings: {
      maxBuckets: config.operation.maxBuckets,
      maxUpstreamBuckets: config.operation.maxUpstreamBuckets,
      staleIfErrorMs: config.staleIfErrorMs,
      ...sourceDeps.usage.settings.age,
    },
  };
  const { timeoutMs, ...limits } = config.operation;
  const ends: SourceEnds = { USAGE: readEnd(config.usage), EVENTS: readEnd(config.events) };
  const standing = {
    ends,
    cursors: createCursorSealer(config.secret),
    limits: { ...limits, maxDepth: config.bounds.maxDepth },
  };

  const createContext = (operation: Operation): GraphContext => {
    const { nowMs, deadlineMs, signal, callBudget, maxAgeMs } = operation;
    const credentials = access.of(operation);
    const call = { signal, deadlineMs, callBudget, maxAgeMs };
    const service = {
      version: VERSION,
      sources: () => [
        readStatus('USAGE', upstreams.usage, credentials.usage, config.usage),
        readStatus('EVENTS', upstreams.events, credentials.events, config.events),
      ],
    };
    const usageCall: CallContext = { ...call, credentials: credentials.usage };
    const eventsCall: CallContext = { ...call, credentials: credentials.events };
    const usageDeps = { ...sourceDeps.usage, quirks: quirksOf.usage(credentials.usage), nowMs };
    const visible = visibleEventFields(operation.caller);
    const eventsDeps = { ...sourceDeps.events, quirks: quirksOf.events(credentials.events), nowMs, visible };
    const readAnalytics = createAnalyticsReader(analyticsDeps, usageCall, nowMs);
    const usage = createUsageSource(usageDeps, readAnalytics, usageCall);
    const events = createEventsSource(eventsDeps, eventsCall);
    const timeline = createTimelineSource(
      { deps: usageDeps, context: usageCall, reader: usage },
      { deps: eventsDeps, context: eventsCall, reader: events },
      nowMs,
    );
    return { ...standing, viewer: operation.caller, service, nowMs, usage, events, timeline };
  };

  const opened: Pick<Transport, 'get' | 'close'>[] = [];
  const identity = createIdentity(config.identity, clock, (origin) => {
    const transport = overrides.issuer ?? createKeySetTransport(origin);
    opened.push(transport);
    return transport;
  });
  const http = createHandler({
    identity,
    schema,
    createContext,
    clock,
    timeoutMs,
    maxUpstreamCalls: limits.maxUpstreamCalls,
    vendorCredentials: config.vendors.kind === 'request' ? 'request' : 'config',
    bounds: config.bounds,
    costLimits: {
      ...limits,
      ends,
      pageSizes: { usage: config.usage.largestPage, events: config.events.largestPage },
    },
    trustedDocuments: config.trustedDocuments,
    corsOrigins: config.corsOrigins,
    rateLimit: openRateLimit(config, clock, shared?.buckets ?? null),
    answeredScope(operation) {
      if (config.vendors.kind !== 'request') return null;
      const { usage, events } = access.of(operation);
      if (usage && upstreams.usage.hasAnswered(usage.scope)) return usage.scope;
      return events && upstreams.events.hasAnswered(events.scope) ? events.scope : null;
    },
    maxBodyBytes: config.maxBodyBytes,
    isLoopbackOnly: config.vendors.kind === 'configured' && !config.vendors.isPublic && !config.identity,
    isReady,
    onFault,
    onRequest,
    onRefusedOrigin: overrides.onRefusedOrigin ?? (() => {}),
    onAudit: overrides.onAudit ?? null,
  });
  return {
    ...http,
    async close() {
      await Promise.all([
        upstreams.usage.close(),
        upstreams.events.close(),
        access.close(),
        store?.close(),
        ...opened.map((transport) => transport.close()),
      ]);
    },
  };
}

function readAddresses({ vendors }: Config): {
  readonly usage: VendorAddress;
  readonly events: VendorAddress;
} {
  if (vendors.kind === 'request') {
    const { usageUrl, eventsUrl } = vendors;
    return {
      usage: { baseUrl: usageUrl, socketPath: null },
      events: { baseUrl: eventsUrl, socketPath: null },
    };
  }
  const { usage, events } = vendors.kind === 'configured' ? vendors : { usage: null, events: null };
  return { usage: usage ?? NOWHERE, events: events ?? NOWHERE };
}

/** What instances share over one connection. */
interface Shared {
  readonly store: SharedStore;
  readonly buckets: SharedBuckets;
}

/** Begins to connect, where instances are to share what they have read and given; null: nothing is opened. */
function openShared(
  { sharedCache, secret }: Config,
  clock: Clock,
  onFault: (error: unknown) => void,
): Shared | null {
  if (!sharedCache) return null;
  const { url, timeoutMs } = sharedCache;
  const connection = createRedisConnection(url);
  const reportFault = (text: string) => () => onFault(new Error(text));
  return {
    store: createSharedStore(connection, {
      clock,
      timeoutMs,
      onTrouble: reportFault('The shared cache fails and is left alone for now; answers come without it.'),
    }),
    buckets: createSharedBuckets(connection, {
      clock,
      timeoutMs,
      secret,
      onTrouble: reportFault(
        'The shared points fail and are left alone for now; each instance counts its own.',
      ),
    }),
  };
}

function openRateLimit({ rate }: Config, clock: Clock, buckets: SharedBuckets | null): RateLimit | null {
  if (!rate) return null;
  const own = createRateLimit(rate, clock);
  return buckets ? createSharedRateLimit(rate, buckets, own) : own;
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

/** What one operation calls the vendors with; null: nothing for this source. */
interface OperationCredentials {
  readonly usage: Credentials | null;
  readonly events: Credentials | null;
}

interface VendorAccess {
  of(operation: Pick<Operation, 'callerSecrets'>): OperationCredentials;
  close(): Promise<void>;
}

const NO_CREDENTIALS: OperationCredentials = { usage: null, events: null };

/** Whose credentials an operation calls with: the service's own or its caller's, never the one for the other. */
function createVendorAccess(config: Config, overrides: AppOverrides): VendorAccess {
  const { vendors, secret, upstream } = config;
  const { clock = systemClock, exchange, onAttempt } = overrides;
  const scopeKey = deriveSecret(secret, 'sightline scope v1');
  const opened: PostTransport[] = [];
  const open = (url: string): EventsExchange => {
    const { attemptTimeoutMs } = upstream;
    const transport = exchange ?? createExchangeTransport(url, attemptTimeoutMs);
    opened.push(transport);
    return { transport, clock, timeoutMs: attemptTimeoutMs, onAttempt };
  };
  const create = (usage: UsageSecrets | null, events: EventsSecrets | null): OperationCredentials => ({
    usage: usage && createUsageCredentials(scopeKey, usage),
    events: events && createEventsCredentials(scopeKey, events, ({ url }) => open(url)),
  });
  const own =
    vendors.kind === 'configured' ? create(vendors.usage, vendors.events?.secrets ?? null) : NO_CREDENTIALS;
  return {
    of({ callerSecrets }) {
      if (vendors.kind !== 'request') return own;
      return callerSecrets ? create(callerSecrets.usage, callerSecrets.events) : NO_CREDENTIALS;
    },
    async close() {
      await Promise.all(opened.map((transport) => transport.close()));
    },
  };
}

/** To whom callers' tokens come from: no vendor, and told nothing of theirs. */
function createKeySetTransport(origin: string): Transport {
  return createHttpTransport({
    baseUrl: new URL(origin),
    maxConcurrency: 1,
    maxBodyBytes: MAX_KEY_SET_BYTES,
    attemptTimeoutMs: 3_000,
  });
}

/** Apart from the vendor's own connections: it may be of another origin, and must not queue behind what waits for it. */
function createExchangeTransport(url: string, attemptTimeoutMs: number): PostTransport {
  return createHttpTransport({
    baseUrl: new URL(new URL(url).origin),
    maxConcurrency: 1,
    maxBodyBytes: MAX_TOKEN_ANSWER_BYTES,
    attemptTimeoutMs,
  });
}

function readSourceSettings(
  config: Config,
  { largestPage, scanPage, retentionDays, files }: SourceConfig,
): SourceSettings {
  return {
    largestPage,
    scanPage,
    maxScannedRows: config.operation.maxScannedRows,
    staleIfErrorMs: config.staleIfErrorMs,
    // A file gains nothing, and forgets nothing.
    age: files
      ? { settleMs: 0, retentionMs: null, files }
      : { settleMs: config.settleMs, retentionMs: retentionDays === null ? null : retentionDays * DAY_MS },
  };
}

function readEnd({ files }: SourceConfig): number | null {
  return files && endOf(files);
}

function readStatus(
  source: Source,
  upstream: Upstream,
  credentials: Credentials | null,
  { retentionDays, files }: SourceConfig,
): SourceStatus {
  const { healthy, lastSuccessAtMs } = upstream.health(credentials?.scope ?? null);
  return {
    source,
    configured: credentials !== null,
    healthy,
    lastSuccessAtMs,
    retention: retentionDays === null || files ? null : `P${retentionDays}D`,
  };
}
