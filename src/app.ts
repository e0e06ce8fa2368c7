import { hkdfSync } from 'node:crypto';
import manifest from '../package.json' with { type: 'json' };
import { systemClock } from './base/clock.ts';
import type { Clock } from './base/clock.ts';
import { Secret } from './base/secret.ts';
import type { SharedBuckets } from './base/shared-buckets.ts';
import type { SharedStore } from './base/shared-store.ts';
import type { Source } from './base/source.ts';
import type { Config, SourceConfig, VendorAddress } from './config.ts';
import type { GraphContext } from './graph/context.ts';
import { visibleEventFields } from './graph/events/event-fields.ts';
import { createCursorSealer } from './graph/paging/cursor-sealer.ts';
import type { SourceEnds } from './graph/paging/source-ends.ts';
import { schema } from './graph/schema.ts';
import type { SourceStatus } from './graph/service/service-reader.ts';
import type { AuditLine } from './http/audit-line.ts';
import { createHttp } from './http/create-http.ts';
import type { Http, RequestLine } from './http/create-http.ts';
import { createIdentity } from './http/identity/create-identity.ts';
import type { Operation } from './http/operation.ts';
import { createRateLimit } from './http/rate-limit.ts';
import type { RateLimit } from './http/rate-limit.ts';
import { createSharedRateLimit } from './http/shared-rate-limit.ts';
import { createEventsCredentials } from './sources/events/events-credentials.ts';
import type { EventsExchange, EventsSecrets } from './sources/events/events-credentials.ts';
import { createEventsLore } from './sources/events/events-lore.ts';
import { createEventsSource } from './sources/events/create-events-source.ts';
import { createTimelineSource } from './sources/timeline/create-timeline-source.ts';
import { createUsageAnalytics } from './sources/usage/analytics/create-usage-analytics.ts';
import { createUsageCredentials } from './sources/usage/usage-credentials.ts';
import type { UsageSecrets } from './sources/usage/usage-credentials.ts';
import { createUsageSource } from './sources/usage/create-usage-source.ts';
import { createUsageLore } from './sources/usage/usage-lore.ts';
import { keepByScope } from './sources/walk/keep-by-scope.ts';
import type { DroppedReport } from './sources/walk/read-vendor-list.ts';
import { endOf } from './sources/walk/held-files.ts';
import type { SourceSettings } from './sources/walk/source-settings.ts';
import type { AttemptReport } from './upstream/attempt.ts';
import { createSharedBuckets } from './upstream/create-shared-buckets.ts';
import { createSharedStore } from './upstream/create-shared-store.ts';
import { createUpstream } from './upstream/create-upstream.ts';
import { createRedisLink } from './upstream/redis-link.ts';
import { createHttpTransport } from './upstream/http-transport.ts';
import type { PostTransport, Transport } from './upstream/transport.ts';
import type { UpstreamLimits } from './upstream/upstream-limits.ts';
import type { CallContext, Credentials, Upstream } from './upstream/upstream.ts';

export const VERSION: string = manifest.version;

/** The service without a port. */
export interface App extends Http {
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
  readonly onDropped?: (report: DroppedReport) => void;
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
  const lores = { usage: keepByScope(createUsageLore), events: keepByScope(createEventsLore) };
  const reading = {
    usage: {
      upstream: upstreams.usage,
      settings: readSourceSettings(config, config.usage),
      onDropped: overrides.onDropped,
    },
    events: {
      upstream: upstreams.events,
      settings: readSourceSettings(config, config.events),
      onDropped: overrides.onDropped,
    },
  };
  const analyticsDeps = {
    ...reading.usage,
    settings: {
      maxBuckets: config.operation.maxBuckets,
      maxUpstreamBuckets: config.operation.maxUpstreamBuckets,
      staleIfErrorMs: config.staleIfErrorMs,
      ...reading.usage.settings.age,
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
    const { nowMs, deadlineMs, signal, ledger, maxAgeMs } = operation;
    const credentials = access.of(operation);
    const call = { signal, deadlineMs, ledger, maxAgeMs };
    const service = {
      version: VERSION,
      sources: () => [
        readStatus('USAGE', upstreams.usage, credentials.usage, config.usage),
        readStatus('EVENTS', upstreams.events, credentials.events, config.events),
      ],
    };
    const usageCall: CallContext = { ...call, credentials: credentials.usage };
    const eventsCall: CallContext = { ...call, credentials: credentials.events };
    const usageDeps = { ...reading.usage, lore: lores.usage(credentials.usage), nowMs };
    const visible = visibleEventFields(operation.caller);
    const eventsDeps = { ...reading.events, lore: lores.events(credentials.events), nowMs, visible };
    const readAnalytics = createUsageAnalytics(analyticsDeps, usageCall, nowMs);
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
  const http = createHttp({
    identity,
    schema,
    createContext,
    clock,
    timeoutMs,
    maxUpstreamCalls: limits.maxUpstreamCalls,
    vendorCredentials: config.vendors.kind === 'request' ? 'request' : 'config',
    bounds: config.bounds,
    planning: {
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
  const link = createRedisLink(url);
  const tell = (text: string) => () => onFault(new Error(text));
  return {
    store: createSharedStore(link, {
      clock,
      timeoutMs,
      onTrouble: tell('The shared cache fails and is left alone for now; answers come without it.'),
    }),
    buckets: createSharedBuckets(link, {
      clock,
      timeoutMs,
      secret,
      onTrouble: tell('The shared points fail and are left alone for now; each instance counts its own.'),
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
  const scopeKey = new Secret(
    Buffer.from(hkdfSync('sha256', secret.reveal(), '', 'sightline scope v1', 32)).toString('base64url'),
  );
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
