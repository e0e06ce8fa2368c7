import { hkdfSync } from 'node:crypto';
import manifest from '../package.json' with { type: 'json' };
import { systemClock } from './base/clock.ts';
import type { Clock } from './base/clock.ts';
import { createCredentialScope } from './base/credential-scope.ts';
import { Secret } from './base/secret.ts';
import type { Source } from './base/source.ts';
import type { Config, SourceConfig, Vendors } from './config.ts';
import type { GraphContext } from './graph/context.ts';
import { createCursorSealer } from './graph/paging/cursor-sealer.ts';
import { schema } from './graph/schema.ts';
import type { SourceStatus } from './graph/service/service-reader.ts';
import { SCOPES } from './graph/viewer.ts';
import { createHttp } from './http/create-http.ts';
import type { Http, RequestLine } from './http/create-http.ts';
import type { Operation } from './http/operation.ts';
import { createEventsLore } from './sources/events/events-lore.ts';
import { createEventsSource } from './sources/events/create-events-source.ts';
import { createTimelineSource } from './sources/timeline/create-timeline-source.ts';
import { createUsageAnalytics } from './sources/usage/analytics/create-usage-analytics.ts';
import { createUsageSource } from './sources/usage/create-usage-source.ts';
import { createUsageLore } from './sources/usage/usage-list.ts';
import type { SourceSettings } from './sources/walk/source-settings.ts';
import type { AttemptReport } from './upstream/attempt.ts';
import { createUpstream } from './upstream/create-upstream.ts';
import type { Transport } from './upstream/transport.ts';
import type { UpstreamLimits } from './upstream/upstream-limits.ts';
import type { CallContext, Credentials, Upstream } from './upstream/upstream.ts';

export const VERSION: string = manifest.version;

/** The service without a port. */
export interface App extends Http {
  /** Ends the connections to the vendors. */
  close(): Promise<void>;
}

/** What tests and `main` put in the place of the defaults. */
export interface AppOverrides {
  readonly clock?: Clock;
  /** In [0, 1): spreads retries. */
  readonly random?: () => number;
  /** How to reach each vendor without sockets. */
  readonly transports?: Partial<Record<Source, Transport>>;
  readonly limits?: Partial<UpstreamLimits>;
  readonly isReady?: () => boolean;
  /** Told of what callers are not told. */
  readonly onFault?: (error: unknown) => void;
  readonly onRequest?: (line: RequestLine) => void;
  readonly onAttempt?: (report: AttemptReport) => void;
}

/** Where the address would be, for a vendor that is not configured: nothing is ever sent there. */
const NOWHERE = 'http://127.0.0.1:9';
const DAY_MS = 86_400_000;

/** Wires the layers, and opens no port. */
export function createApp(config: Config, overrides: AppOverrides = {}): App {
  const { clock = systemClock, onFault = () => {}, onRequest = () => {}, isReady = () => true } = overrides;
  const vendors = readVendors(config);
  const upstreams = {
    usage: createVendorUpstream('USAGE', vendors.usage?.baseUrl, config, config.usage, overrides),
    events: createVendorUpstream('EVENTS', vendors.events?.baseUrl, config, config.events, overrides),
  };
  const credentials = createVendorCredentials(config, vendors);
  const usageDeps = {
    upstream: upstreams.usage,
    lore: createUsageLore(),
    settings: readSourceSettings(config, config.usage),
  };
  const eventsDeps = {
    upstream: upstreams.events,
    lore: createEventsLore(),
    settings: readSourceSettings(config, config.events),
  };
  const analyticsDeps = {
    upstream: upstreams.usage,
    settings: {
      maxBuckets: config.operation.maxBuckets,
      maxUpstreamBuckets: config.operation.maxUpstreamBuckets,
      ...usageDeps.settings.age,
    },
  };
  const { timeoutMs, ...limits } = config.operation;
  const standing = {
    cursors: createCursorSealer(config.secret),
    limits: { ...limits, maxDepth: config.bounds.maxDepth, maxCost: null },
    // Nobody can be told apart yet: who reaches the port may see all that it serves.
    viewer: { scopes: new Set(SCOPES) },
    service: {
      version: VERSION,
      sources: () => [
        readStatus('USAGE', upstreams.usage, vendors.usage !== null, config.usage),
        readStatus('EVENTS', upstreams.events, vendors.events !== null, config.events),
      ],
    },
  };

  const createContext = ({ nowMs, deadlineMs, signal, ledger, fresh }: Operation): GraphContext => {
    const call = { signal, deadlineMs, ledger, fresh };
    const usageCall: CallContext = { ...call, credentials: credentials.usage };
    const eventsCall: CallContext = { ...call, credentials: credentials.events };
    const readAnalytics = createUsageAnalytics(analyticsDeps, usageCall, nowMs);
    const usage = createUsageSource(usageDeps, readAnalytics, usageCall, nowMs);
    const events = createEventsSource(eventsDeps, eventsCall, nowMs);
    const timeline = createTimelineSource(
      { deps: usageDeps, context: usageCall, reader: usage },
      { deps: eventsDeps, context: eventsCall, reader: events },
      nowMs,
    );
    return { ...standing, nowMs, usage, events, timeline };
  };

  const http = createHttp({
    schema,
    createContext,
    clock,
    timeoutMs,
    maxUpstreamCalls: limits.maxUpstreamCalls,
    bounds: config.bounds,
    maxBodyBytes: config.maxBodyBytes,
    isLoopbackOnly: config.vendors.kind === 'configured' && !config.vendors.isPublic,
    isReady,
    onFault,
    onRequest,
  });
  return {
    ...http,
    async close() {
      await Promise.all([upstreams.usage.close(), upstreams.events.close()]);
    },
  };
}

type ConfiguredVendors = Pick<Extract<Vendors, { kind: 'configured' }>, 'usage' | 'events'>;

function readVendors({ vendors }: Config): ConfiguredVendors {
  return vendors.kind === 'configured' ? vendors : { usage: null, events: null };
}

function createVendorUpstream(
  source: Source,
  baseUrl: string | undefined,
  config: Config,
  { maxConcurrency }: SourceConfig,
  { clock = systemClock, random = Math.random, transports = {}, limits, onAttempt }: AppOverrides,
): Upstream {
  const transport = transports[source];
  return createUpstream({
    source,
    baseUrl: baseUrl ?? NOWHERE,
    clock,
    random,
    limits: { ...config.upstream, maxConcurrency, ...limits },
    ...(transport ? { transport } : {}),
    ...(onAttempt ? { onAttempt } : {}),
  });
}

function createVendorCredentials(
  config: Config,
  { usage, events }: ConfiguredVendors,
): { readonly usage: Credentials | null; readonly events: Credentials | null } {
  const scopeKey = new Secret(
    Buffer.from(hkdfSync('sha256', config.secret.reveal(), '', 'sightline scope v1', 32)).toString(
      'base64url',
    ),
  );
  const create = (source: Source, secrets: readonly Secret[], header: string): Credentials => {
    const authorization = new Secret(header);
    return {
      scope: createCredentialScope(scopeKey, source, secrets),
      authorization: () => Promise.resolve(authorization),
    };
  };
  return {
    usage:
      usage &&
      create(
        'USAGE',
        [usage.userSecret, usage.organizationSecret],
        `User ${usage.userSecret.reveal()}, Organization ${usage.organizationSecret.reveal()}`,
      ),
    events: events && create('EVENTS', [events.token], `Bearer ${events.token.reveal()}`),
  };
}

function readSourceSettings(config: Config, { largestPage, retentionDays }: SourceConfig): SourceSettings {
  return {
    largestPage,
    maxScannedRows: config.operation.maxScannedRows,
    staleIfErrorMs: config.staleIfErrorMs,
    age: { settleMs: config.settleMs, retentionMs: retentionDays === null ? null : retentionDays * DAY_MS },
  };
}

function readStatus(
  source: Source,
  upstream: Upstream,
  configured: boolean,
  { retentionDays }: SourceConfig,
): SourceStatus {
  const { healthy, lastSuccessAtMs } = upstream.health();
  return {
    source,
    configured,
    healthy,
    lastSuccessAtMs,
    retention: retentionDays === null ? null : `P${retentionDays}D`,
  };
}
