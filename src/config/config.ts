import type { Secret } from '../base/secret.ts';
import type { RatePolicy } from '../base/shared-store.ts';
import { SOURCES } from '../base/source.ts';
import type { Source } from '../base/source.ts';
import { DAY_MS } from '../base/time.ts';
import type { SubgraphLimits } from '../graph/federation/static-cost.ts';
import type { AlertsSettings } from '../http/alerts/file.ts';
import type { IdentitySettings } from '../http/identity/identity.ts';
import type { DocumentBounds } from '../http/limits/document-bounds.ts';
import type { StreamBounds } from '../http/limits/stream-limit.ts';
import type { TrustedDocuments } from '../http/trusted-documents.ts';
import type { LivePace } from '../sources/live/poller.ts';
import { endOf } from '../sources/paging/held-files.ts';
import type { HeldFiles } from '../sources/paging/held-files.ts';
import type { SourceSettings } from '../sources/paging/vendor-page.ts';
import type { ArchiveConfig } from './archive.ts';
import type { LogLevel } from './settings.ts';
import type { TracingConfig } from './tracing.ts';
import type { Vendors } from './vendors.ts';

/** What the service runs with. Times are in milliseconds, sizes in bytes. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Whether other processes may listen on the same port. */
  readonly sharesPort: boolean;
  readonly log: { readonly level: LogLevel; readonly isProduction: boolean };
  /** Every key of the service is derived from it. */
  readonly secret: Secret;
  readonly vendors: Vendors;
  /** How callers prove who they are; null: the service does not ask them. */
  readonly identity: IdentitySettings | null;
  readonly bounds: DocumentBounds;
  readonly maxBodyBytes: number;
  readonly operation: {
    readonly timeoutMs: number;
    readonly maxUpstreamCalls: number;
    readonly defaultPageSize: number;
    readonly maxPageSize: number;
    readonly maxBuckets: number;
    readonly maxUpstreamBuckets: number;
    readonly maxScannedRows: number;
    /** In points; see `graph/cost/shape.ts`. */
    readonly maxCost: number;
  };
  /** The points of each caller; null: unbounded. */
  readonly rate: RatePolicy | null;
  /** Where `GET /metrics` is answered: at the port of the service, or at an address of its own; null: nowhere. */
  readonly metrics: 'main' | { readonly host: string; readonly port: number } | null;
  /** null: there are no traces. */
  readonly tracing: TracingConfig | null;
  /** The service answers these documents only; null: it answers all. */
  readonly trustedDocuments: TrustedDocuments | null;
  /** Whether the service is a subgraph of Apollo Federation, too. */
  readonly federation: boolean;
  /** Pages of these origins may read answers. */
  readonly corsOrigins: readonly string[];
  /** The folder of the console's files; null: there is no console, or the trusted documents are not all of its own. */
  readonly consoleFolder: string | null;
  /** The file of the audit trail, or `stdout`; null: there is no audit trail. */
  readonly auditLog: string | null;
  /** null: there are no alerts. */
  readonly alerts: AlertsSettings | null;
  /** The file of the alerts' states; null: they live in memory. */
  readonly alertsState: string | null;
  /** null: there is no archive. */
  readonly archive: ArchiveConfig | null;
  readonly exports: {
    /** The most calls to each vendor that all exports together make in a minute. */
    readonly callsPerMinute: number;
    /** The most exports at the same time. */
    readonly maxExports: number;
  };
  /** The service for agents; null: it is off. */
  readonly mcp: { readonly maxBytes: number } | null;
  /** Streams of new entries: how often the vendors are read for them, and how many there may be. */
  readonly live: StreamBounds & { readonly pace: LivePace };
  readonly upstream: {
    readonly attemptTimeoutMs: number;
    readonly maxBodyBytes: number;
    readonly maxPauseMs: number;
    readonly cacheBytes: number;
  };
  /** The Redis that instances share; null: each instance has only its own cache. The address may hold a password. */
  readonly sharedCache: { readonly url: Secret; readonly timeoutMs: number } | null;
  readonly settleMs: number;
  readonly staleIfErrorMs: number;
  readonly usage: SourceConfig;
  readonly events: SourceConfig;
}

export interface SourceConfig {
  /** The most rows to ask the vendor for in one call. */
  readonly largestPage: number;
  /** The most rows that a scan asks for in one call, if smaller pages would not reach its bound. */
  readonly scanPage: number;
  readonly maxConcurrency: number;
  /** How far back the vendor says that it keeps data; null: unknown. */
  readonly retentionDays: number | null;
  /** The files that the sandbox serves in place of the vendor; null: none. */
  readonly files: HeldFiles | null;
}

/** The settings of one source, as the sources take them. */
export function readSourceSettings(
  { operation, staleIfErrorMs, settleMs }: Config,
  { largestPage, scanPage, retentionDays, files }: SourceConfig,
): SourceSettings {
  return {
    largestPage,
    scanPage,
    maxScannedRows: operation.maxScannedRows,
    staleIfErrorMs,
    // The rows of a file never change: none arrives late, none expires.
    age: files
      ? { settleMs: 0, retentionMs: null, files }
      : { settleMs, retentionMs: retentionDays === null ? null : retentionDays * DAY_MS },
  };
}

/** What the costs in the schema of a subgraph depend on. */
export function readSubgraphLimits({ operation, usage, events }: Config): SubgraphLimits {
  return { ...operation, pageSizes: { usage: usage.largestPage, events: events.largestPage } };
}

/** When the data of a source's files ends, in milliseconds since the epoch; null: it is no source of files. */
export function readSourceEnd({ files }: SourceConfig): number | null {
  return files && endOf(files);
}

/** How far back a vendor says that it keeps data, an ISO 8601 duration; null: unknown, or the source is one of files. */
export function readRetention({ retentionDays, files }: SourceConfig): string | null {
  return retentionDays === null || files ? null : `P${retentionDays}D`;
}

/** The sources that are a sandbox or files of the user. */
export function readUnpaced({ vendors, usage, events }: Config): ReadonlySet<Source> {
  const isMadeUp = vendors.kind === 'configured' && vendors.isPublic;
  const isFile = { USAGE: usage.files !== null, EVENTS: events.files !== null };
  return new Set(SOURCES.filter((source) => isMadeUp || isFile[source]));
}
