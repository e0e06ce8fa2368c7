import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IdentitySettings } from '../http/identity/identity.ts';
import { isLoopbackHost } from '../http/loopback.ts';
import { readTrustedDocuments } from '../http/trusted-documents.ts';
import { CONSOLE_DOCUMENTS } from '../http/console.ts';
import type { ParsedManifest, TrustedDocuments } from '../http/trusted-documents.ts';
import { readAlertsFile } from './alerts.ts';
import type { ReadAlerts } from './alerts.ts';
import { findArchiveFaults, readArchive } from './archive.ts';
import type { Config } from './config.ts';
import { hasIdentity, readIdentity } from './identity.ts';
import { chooseSecret, MISSING_SECRET } from './secret.ts';
import { findUnknownSettings, SETTINGS } from './settings.ts';
import type { Settings, SetValues } from './settings.ts';
import { readTracing } from './tracing.ts';
import { findVendorFaults, hasCredentials, hasVendorSecret, readVendors } from './vendors.ts';

/** Either a valid configuration, or all faults: a sentence each, without the value of any secret. */
export type ParsedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/**
 * Reads the environment. Nothing else in the service reads it. It reports all faults together; each names its setting, never
 * the value.
 *
 * @param env an empty value counts as unset
 * @param readText the text of a file that a setting names; it throws if it cannot read the file
 * @param readAlerts parses the file of the alerts. It brings a parser of YAML, so it is loaded only if the file is set; left out:
 *   alerts are not read
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
  readAlerts: ReadAlerts | null = null,
): ParsedConfig {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') set[name] = value;
  const read = SETTINGS.safeParse(set);
  const { identity, faults: identityFaults } = readIdentity(set, readText);
  const tracing = readTracing(set);
  const trusted = readManifest(set['SIGHTLINE_TRUSTED_DOCUMENTS'], readText);
  const alerts = readAlertsFile(set, readText, readAlerts);
  const faults = [
    ...findUnknownSettings(Object.keys(set)),
    ...(read.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? []),
    ...findVendorFaults(set),
    ...findArchiveFaults(set),
    ...(needsSecret(set) ? [MISSING_SECRET] : []),
    ...(read.success ? findContradictions(read.data) : []),
    ...identityFaults,
    ...alerts.faults,
    ...tracing.faults,
    ...(trusted?.kind === 'fault' ? [trusted.fault] : []),
    ...findConsoleFaults(set['SIGHTLINE_CONSOLE'], readText),
    ...(isExposed(set) ? [refuseHost('Real credentials are set')] : []),
  ];
  if (!read.success || faults.length > 0) return { kind: 'faults', faults };
  const trustedDocuments = trusted?.kind === 'documents' ? trusted.documents : null;
  return {
    kind: 'config',
    config: {
      ...toConfig(read.data, identity),
      trustedDocuments,
      consoleFolder: chooseConsole(read.data, trustedDocuments, readText),
      alerts: alerts.alerts,
      tracing: tracing.tracing,
    },
  };
}

/** The fault of a `HOST` that other machines reach, and the way out. `because` says which data they would see. */
export function refuseHost(because: string): string {
  return [
    `HOST must be an address of this machine only, such as 127.0.0.1. ${because}, and the service does not ask callers who they are:`,
    'everybody who reaches the port would see all data. Make keys for callers (npm run api-key) and set',
    'SIGHTLINE_API_KEYS_FILE, or set SIGHTLINE_AUTH_ISSUER with its audience and keys. Set HOST=127.0.0.1 to serve this machine only.',
  ].join(' ');
}

/** Whether `SIGHTLINE_SECRET` is missing and no secret of a vendor can replace it. */
function needsSecret(set: SetValues): boolean {
  if ('SIGHTLINE_SECRET' in set) return false;
  return set['VENDOR_CREDENTIALS'] === 'request' || (hasCredentials(set) && !hasVendorSecret(set));
}

/** Settings that are valid alone and contradict each other. */
function findContradictions(settings: Settings): string[] {
  const faults: string[] = [];
  if (settings.SIGHTLINE_DEFAULT_PAGE_SIZE > settings.SIGHTLINE_MAX_PAGE_SIZE)
    faults.push('SIGHTLINE_DEFAULT_PAGE_SIZE must not be above SIGHTLINE_MAX_PAGE_SIZE.');
  if (settings.EVENTS_API_AUTH_USERNAME_FIELD === settings.EVENTS_API_AUTH_PASSWORD_FIELD)
    faults.push('EVENTS_API_AUTH_USERNAME_FIELD and EVENTS_API_AUTH_PASSWORD_FIELD must differ.');
  if (settings.SIGHTLINE_SHARE_PORT === 'true' && settings.PORT === 0)
    faults.push(
      'SIGHTLINE_SHARE_PORT needs a PORT above 0, because each process would get another free port.',
    );
  const { SIGHTLINE_METRICS: metrics } = settings;
  if (settings.SIGHTLINE_SHARE_PORT === 'true' && metrics === 'main')
    faults.push(
      'SIGHTLINE_METRICS must be an address with a port of its own for each process if SIGHTLINE_SHARE_PORT is set, because each scrape of the shared port would meet another process.',
    );
  if (metrics !== null && metrics !== 'main' && metrics.port !== 0 && metrics.port === settings.PORT)
    faults.push('SIGHTLINE_METRICS must not have the port of the service. on answers metrics there.');
  if (settings.SIGHTLINE_ARCHIVE_SETTLE_MS < settings.SIGHTLINE_ARCHIVE_OVERLAP_MS)
    faults.push('SIGHTLINE_ARCHIVE_SETTLE_MS must not be below SIGHTLINE_ARCHIVE_OVERLAP_MS.');
  if (settings.SIGHTLINE_LIVE_MAX_INTERVAL_MS < settings.SIGHTLINE_LIVE_MIN_INTERVAL_MS)
    faults.push('SIGHTLINE_LIVE_MAX_INTERVAL_MS must not be below SIGHTLINE_LIVE_MIN_INTERVAL_MS.');
  if (settings.SIGHTLINE_FEDERATION === '1' && settings.SIGHTLINE_TRUSTED_DOCUMENTS !== undefined)
    faults.push(
      'SIGHTLINE_FEDERATION=1 and SIGHTLINE_TRUSTED_DOCUMENTS exclude each other, because a gateway writes documents of its own. Let the gateway answer trusted documents only.',
    );
  const capacity = settings.SIGHTLINE_RATE_CAPACITY;
  if (capacity > 0 && capacity < settings.SIGHTLINE_MAX_COST)
    faults.push('SIGHTLINE_RATE_CAPACITY must be 0 (off) or at least SIGHTLINE_MAX_COST.');
  return faults;
}

/**
 * Whether other machines would see real data without a proof of who they are. Not so if each request brings its own
 * credentials, because these show no more than the vendor itself would.
 */
function isExposed(set: SetValues): boolean {
  return hasCredentials(set) && !isLoopbackHost(set['HOST'] ?? '127.0.0.1') && !hasIdentity(set);
}

/** null: no manifest is set. */
function readManifest(path: string | undefined, readText: (path: string) => string): ParsedManifest | null {
  if (path === undefined) return null;
  try {
    const parsed = readTrustedDocuments(readText(path));
    return parsed.kind === 'fault'
      ? { ...parsed, fault: `SIGHTLINE_TRUSTED_DOCUMENTS (or --trusted-documents): ${parsed.fault}` }
      : parsed;
  } catch {
    return {
      kind: 'fault',
      fault: "SIGHTLINE_TRUSTED_DOCUMENTS (or --trusted-documents) names a file that can't be read.",
    };
  }
}

/** Looks for the page at the start, because otherwise the first browser would meet the fault. */
function findConsoleFaults(folder: string | undefined, readText: (path: string) => string): string[] {
  if (folder === undefined || folder === 'off') return [];
  try {
    readText(join(folder, 'index.html'));
    return [];
  } catch {
    return [
      'SIGHTLINE_CONSOLE must be off or a folder that holds a built console: it has no index.html that can be read. Leave it out for the console that npm start builds.',
    ];
  }
}

/** null: there is no console, or the service would refuse its questions. */
function chooseConsole(
  { SIGHTLINE_CONSOLE: set, BUILT_CONSOLE: built }: Settings,
  trusted: TrustedDocuments | null,
  readText: (path: string) => string,
): string | null {
  const folder = set === 'off' ? null : (set ?? built ?? null);
  if (folder === null || trusted === null) return folder;
  try {
    const asked = readTrustedDocuments(readText(join(folder, CONSOLE_DOCUMENTS)));
    return asked.kind === 'documents' && [...asked.documents.keys()].every((hash) => trusted.has(hash))
      ? folder
      : null;
  } catch {
    return null;
  }
}

function toConfig(
  settings: Settings,
  identity: IdentitySettings | null,
): Omit<Config, 'trustedDocuments' | 'consoleFolder' | 'alerts' | 'tracing'> {
  const vendors = readVendors(settings);
  return {
    host: settings.HOST,
    port: settings.PORT,
    sharesPort: settings.SIGHTLINE_SHARE_PORT === 'true',
    log: { level: settings.LOG_LEVEL, isProduction: settings.NODE_ENV === 'production' },
    secret: chooseSecret(settings.SIGHTLINE_SECRET, vendors),
    vendors,
    identity,
    bounds: {
      maxTokens: settings.SIGHTLINE_MAX_TOKENS,
      maxDepth: settings.SIGHTLINE_MAX_DEPTH,
      maxAliases: settings.SIGHTLINE_MAX_ALIASES,
      maxDirectives: settings.SIGHTLINE_MAX_DIRECTIVES,
      maxRootFields: settings.SIGHTLINE_MAX_ROOT_FIELDS,
      maxSelections: settings.SIGHTLINE_MAX_SELECTIONS,
    },
    maxBodyBytes: settings.SIGHTLINE_MAX_BODY_BYTES,
    operation: {
      timeoutMs: settings.SIGHTLINE_OPERATION_TIMEOUT_MS,
      maxUpstreamCalls: settings.SIGHTLINE_MAX_UPSTREAM_CALLS,
      defaultPageSize: settings.SIGHTLINE_DEFAULT_PAGE_SIZE,
      maxPageSize: settings.SIGHTLINE_MAX_PAGE_SIZE,
      maxBuckets: settings.SIGHTLINE_MAX_BUCKETS,
      maxUpstreamBuckets: settings.SIGHTLINE_MAX_UPSTREAM_BUCKETS,
      maxScannedRows: settings.SIGHTLINE_MAX_SCANNED_ROWS,
      maxCost: settings.SIGHTLINE_MAX_COST,
    },
    rate:
      settings.SIGHTLINE_RATE_CAPACITY === 0
        ? null
        : { capacity: settings.SIGHTLINE_RATE_CAPACITY, perSecond: settings.SIGHTLINE_RATE_PER_SECOND },
    federation: settings.SIGHTLINE_FEDERATION === '1',
    corsOrigins: settings.SIGHTLINE_CORS_ORIGINS,
    auditLog: settings.SIGHTLINE_AUDIT_LOG ?? null,
    alertsState: settings.SIGHTLINE_ALERTS_STATE ?? null,
    metrics: settings.SIGHTLINE_METRICS,
    archive: readArchive(settings),
    exports: {
      callsPerMinute: settings.SIGHTLINE_EXPORT_CALLS_PER_MINUTE,
      maxExports: settings.SIGHTLINE_MAX_EXPORTS,
    },
    // A service of trusted documents answers nothing but them, unless its operator says so.
    mcp:
      (settings.SIGHTLINE_MCP ?? String(settings.SIGHTLINE_TRUSTED_DOCUMENTS === undefined)) === 'true'
        ? { maxBytes: settings.SIGHTLINE_MCP_MAX_BYTES }
        : null,
    live: {
      pace: {
        minIntervalMs: settings.SIGHTLINE_LIVE_MIN_INTERVAL_MS,
        maxIntervalMs: settings.SIGHTLINE_LIVE_MAX_INTERVAL_MS,
        overlapMs: settings.SIGHTLINE_LIVE_OVERLAP_MS,
      },
      maxStreams: settings.SIGHTLINE_LIVE_MAX_STREAMS,
      maxStreamsOfCaller: settings.SIGHTLINE_LIVE_MAX_STREAMS_PER_CALLER,
    },
    upstream: {
      attemptTimeoutMs: settings.SIGHTLINE_ATTEMPT_TIMEOUT_MS,
      maxBodyBytes: settings.SIGHTLINE_MAX_UPSTREAM_BYTES,
      maxPauseMs: settings.SIGHTLINE_MAX_RETRY_AFTER_MS,
      cacheBytes: settings.SIGHTLINE_CACHE_BYTES,
    },
    // A sandbox makes up new rows at each start.
    sharedCache:
      settings.REDIS_URL && vendors.kind !== 'sandbox'
        ? { url: settings.REDIS_URL, timeoutMs: settings.SIGHTLINE_REDIS_TIMEOUT_MS }
        : null,
    settleMs: settings.SIGHTLINE_SETTLE_MS,
    staleIfErrorMs: settings.SIGHTLINE_STALE_IF_ERROR_MS,
    usage: {
      largestPage: settings.USAGE_API_PAGE_SIZE,
      scanPage: settings.USAGE_API_SCAN_PAGE_SIZE,
      maxConcurrency: settings.USAGE_API_CONCURRENCY,
      retentionDays: settings.USAGE_API_RETENTION_DAYS,
      files: null,
    },
    events: {
      largestPage: settings.EVENTS_API_PAGE_SIZE,
      scanPage: settings.EVENTS_API_PAGE_SIZE,
      maxConcurrency: settings.EVENTS_API_CONCURRENCY,
      retentionDays: settings.EVENTS_API_RETENTION_DAYS,
      files: null,
    },
  };
}
