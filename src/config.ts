import { hkdfSync } from 'node:crypto';
import * as z from 'zod';
import { Secret } from './base/secret.ts';
import type { DocumentBounds } from './http/document-bounds.ts';
import { isLoopbackHost } from './http/is-loopback.ts';

export interface UsageVendor {
  readonly baseUrl: string;
  readonly userSecret: Secret;
  readonly organizationSecret: Secret;
}

export interface EventsVendor {
  readonly baseUrl: string;
  readonly token: Secret;
}

/** Whom the service talks to: nobody yet, since no credentials are set, or those vendors that are configured. */
export type Vendors =
  | { readonly kind: 'sandbox' }
  | {
      readonly kind: 'configured';
      readonly usage: UsageVendor | null;
      readonly events: EventsVendor | null;
      /** Made-up data, which anybody may see. */
      readonly isPublic: boolean;
    };

/** Lengths in milliseconds, sizes in bytes. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly log: { readonly level: (typeof LOG_LEVELS)[number]; readonly isProduction: boolean };
  /** Every key of our own is derived from it. */
  readonly secret: Secret;
  readonly vendors: Vendors;
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
  };
  readonly upstream: {
    readonly attemptTimeoutMs: number;
    readonly maxBodyBytes: number;
    readonly maxRestMs: number;
    readonly cacheBytes: number;
  };
  readonly settleMs: number;
  readonly staleIfErrorMs: number;
  readonly usage: SourceConfig;
  readonly events: SourceConfig;
}

export interface SourceConfig {
  /** The most rows to ask the vendor for at once. */
  readonly largestPage: number;
  readonly maxConcurrency: number;
  /** How far back the vendor is said to keep data; null: unknown. */
  readonly retentionDays: number | null;
}

/** Either settings that hold, or every fault found, a sentence each, without a value of a secret. */
export type ConfigReading =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const USAGE_URL = 'https://api.cloud-elements.com/elements/api-v2';
const EVENTS_URL = 'https://rest.elevatebilling.com/v1';

const MEBIBYTE = 1024 * 1024;
/** Node's timers hold no more. */
const MAX_MS = 2 ** 31 - 1;

const integer = (fallback: number, min: number, max: number) =>
  optionalInteger(min, max).transform((value) => value ?? fallback);

const optionalInteger = (min: number, max: number) =>
  z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return null;
      const value = Number(text);
      if (/^\d+$/.test(text) && value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}.` });
      return z.NEVER;
    });

/** What a header may carry: https://www.rfc-editor.org/rfc/rfc9110#name-field-values, without the commas that part it. */
const secret = z
  .string()
  .regex(
    /^[\x21-\x2b\x2d-\x7e]+$/,
    'holds a character that a header cannot carry: a space, a comma or one beyond ASCII.',
  )
  .transform((text) => new Secret(text))
  .optional();

const baseUrl = z
  .string()
  .refine(isBaseUrl, 'must be an http or https address without credentials, query or fragment.')
  .transform((text) => text.replace(/\/+$/, ''))
  .optional();

const SETTINGS = z.object({
  PORT: integer(4_000, 0, 65_535),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}.`).default('info'),
  NODE_ENV: z.string().optional(),
  USAGE_API_URL: baseUrl,
  USAGE_API_USER_SECRET: secret,
  USAGE_API_ORGANIZATION_SECRET: secret,
  USAGE_API_PAGE_SIZE: integer(200, 2, 10_000),
  USAGE_API_CONCURRENCY: integer(512, 1, 4_096),
  USAGE_API_RETENTION_DAYS: optionalInteger(1, 36_500).transform((days) => days ?? 30),
  EVENTS_API_URL: baseUrl,
  EVENTS_API_TOKEN: secret,
  EVENTS_API_PAGE_SIZE: integer(1_000, 2, 1_000),
  EVENTS_API_CONCURRENCY: integer(512, 1, 4_096),
  EVENTS_API_RETENTION_DAYS: optionalInteger(1, 36_500),
  SIGHTLINE_SECRET: z
    .string()
    .min(16, 'must have at least 16 characters.')
    .transform((text) => new Secret(text))
    .optional(),
  SIGHTLINE_OPERATION_TIMEOUT_MS: integer(8_000, 1, MAX_MS - 1_000),
  SIGHTLINE_ATTEMPT_TIMEOUT_MS: integer(3_000, 1, MAX_MS),
  SIGHTLINE_MAX_UPSTREAM_CALLS: integer(20, 1, 100_000),
  SIGHTLINE_MAX_UPSTREAM_BYTES: integer(8 * MEBIBYTE, 1_024, 1_024 * MEBIBYTE),
  SIGHTLINE_MAX_RETRY_AFTER_MS: integer(60_000, 0, MAX_MS),
  SIGHTLINE_CACHE_BYTES: integer(32 * MEBIBYTE, 1_024, 64 * 1_024 * MEBIBYTE),
  SIGHTLINE_DEFAULT_PAGE_SIZE: integer(50, 1, 10_000),
  SIGHTLINE_MAX_PAGE_SIZE: integer(500, 1, 10_000),
  SIGHTLINE_MAX_SCANNED_ROWS: integer(10_000, 1, 10_000_000),
  SIGHTLINE_MAX_BUCKETS: integer(2_000, 1, 1_000_000),
  SIGHTLINE_MAX_UPSTREAM_BUCKETS: integer(20_000, 1, 10_000_000),
  SIGHTLINE_SETTLE_MS: integer(90_000, 0, MAX_MS),
  SIGHTLINE_STALE_IF_ERROR_MS: integer(86_400_000, 0, MAX_MS),
  SIGHTLINE_MAX_BODY_BYTES: integer(65_536, 256, 64 * MEBIBYTE),
  SIGHTLINE_MAX_TOKENS: integer(1_000, 1, 1_000_000),
  SIGHTLINE_MAX_DEPTH: integer(12, 1, 1_000),
  SIGHTLINE_MAX_ALIASES: integer(15, 0, 100_000),
  SIGHTLINE_MAX_DIRECTIVES: integer(5, 0, 100_000),
  SIGHTLINE_MAX_ROOT_FIELDS: integer(10, 1, 100_000),
  SIGHTLINE_MAX_SELECTIONS: integer(1_000, 1, 1_000_000),
});

/** The names of all settings, as `.env.example` lists them. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS.shape).filter(
  (name) => name !== 'NODE_ENV',
);

/**
 * Reads the environment; nobody else does. Every fault is found, told together, and names its variable, never its value.
 *
 * @param env an empty value counts as none
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigReading {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') set[name] = value;
  const faults = listUnknown(Object.keys(set));
  const read = SETTINGS.safeParse(set);
  if (!read.success)
    faults.push(...read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
  faults.push(...listHalves(set));
  if (read.success && read.data.SIGHTLINE_DEFAULT_PAGE_SIZE > read.data.SIGHTLINE_MAX_PAGE_SIZE) {
    faults.push('SIGHTLINE_DEFAULT_PAGE_SIZE must not be above SIGHTLINE_MAX_PAGE_SIZE.');
  }
  const host = set['HOST'] ?? '127.0.0.1';
  if (hasCredentials(set) && !isLoopbackHost(host)) faults.push(refuseHost('Real credentials are set'));
  if (!read.success || faults.length > 0) return { kind: 'faults', faults };
  return { kind: 'config', config: arrange(read.data) };
}

/** Why a host other than this machine is refused, and the way out. */
export function refuseHost(because: string): string {
  return `HOST must be an address of this machine only, such as 127.0.0.1. ${because}, and there is no way yet to tell callers apart: whoever reaches the port would see all. Set HOST=127.0.0.1, and let callers in through a tunnel (ssh -L) or a proxy that asks who they are.`;
}

function arrange(settings: z.infer<typeof SETTINGS>): Config {
  const vendors = readVendors(settings);
  return {
    host: settings.HOST,
    port: settings.PORT,
    log: { level: settings.LOG_LEVEL, isProduction: settings.NODE_ENV === 'production' },
    secret: settings.SIGHTLINE_SECRET ?? deriveSecret(vendors),
    vendors,
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
    },
    upstream: {
      attemptTimeoutMs: settings.SIGHTLINE_ATTEMPT_TIMEOUT_MS,
      maxBodyBytes: settings.SIGHTLINE_MAX_UPSTREAM_BYTES,
      maxRestMs: settings.SIGHTLINE_MAX_RETRY_AFTER_MS,
      cacheBytes: settings.SIGHTLINE_CACHE_BYTES,
    },
    settleMs: settings.SIGHTLINE_SETTLE_MS,
    staleIfErrorMs: settings.SIGHTLINE_STALE_IF_ERROR_MS,
    usage: {
      largestPage: settings.USAGE_API_PAGE_SIZE,
      maxConcurrency: settings.USAGE_API_CONCURRENCY,
      retentionDays: settings.USAGE_API_RETENTION_DAYS,
    },
    events: {
      largestPage: settings.EVENTS_API_PAGE_SIZE,
      maxConcurrency: settings.EVENTS_API_CONCURRENCY,
      retentionDays: settings.EVENTS_API_RETENTION_DAYS,
    },
  };
}

function readVendors(settings: z.infer<typeof SETTINGS>): Vendors {
  const { USAGE_API_USER_SECRET: userSecret, USAGE_API_ORGANIZATION_SECRET: organizationSecret } = settings;
  const { EVENTS_API_TOKEN: token } = settings;
  const usage =
    userSecret && organizationSecret
      ? { baseUrl: settings.USAGE_API_URL ?? USAGE_URL, userSecret, organizationSecret }
      : null;
  const events = token ? { baseUrl: settings.EVENTS_API_URL ?? EVENTS_URL, token } : null;
  return usage || events ? { kind: 'configured', usage, events, isPublic: false } : { kind: 'sandbox' };
}

/** Unset, the secret follows from what the instances share anyway, so that cursors hold on each of them and after a restart. */
function deriveSecret(vendors: Vendors): Secret {
  const material =
    vendors.kind === 'sandbox'
      ? ['sandbox']
      : [
          vendors.usage && [vendors.usage.userSecret.reveal(), vendors.usage.organizationSecret.reveal()],
          vendors.events && [vendors.events.token.reveal()],
        ];
  const bytes = hkdfSync('sha256', JSON.stringify(material), '', 'sightline secret v1', 32);
  return new Secret(Buffer.from(bytes).toString('base64url'));
}

function hasCredentials(set: Readonly<Record<string, string>>): boolean {
  return ['USAGE_API_USER_SECRET', 'USAGE_API_ORGANIZATION_SECRET', 'EVENTS_API_TOKEN'].some(
    (name) => name in set,
  );
}

function listHalves(set: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  const [user, organization] = ['USAGE_API_USER_SECRET', 'USAGE_API_ORGANIZATION_SECRET'] as const;
  if (user in set !== organization in set) {
    const [there, missing] = user in set ? [user, organization] : [organization, user];
    faults.push(`${missing} is missing: ${there} is set, and the Usage API asks for both.`);
  }
  if ('USAGE_API_URL' in set && !(user in set) && !(organization in set)) {
    faults.push(
      `USAGE_API_URL is set without credentials: set ${user} and ${organization}, or leave it out.`,
    );
  }
  if ('EVENTS_API_URL' in set && !('EVENTS_API_TOKEN' in set)) {
    faults.push('EVENTS_API_URL is set without credentials: set EVENTS_API_TOKEN, or leave it out.');
  }
  return faults;
}

/** A name that is nearly one of ours would be ignored in silence. */
function listUnknown(names: readonly string[]): string[] {
  return (
    names
      .filter((name) => /^(?:SIGHTLINE|USAGE_API|EVENTS_API)_/.test(name) && !SETTING_NAMES.includes(name))
      // Kubernetes tells every container of the services around it by names such as SIGHTLINE_SERVICE_HOST.
      .filter((name) => !/_(?:SERVICE_(?:HOST|PORT)(?:_.*)?|PORT(?:_\d+_(?:TCP|UDP).*)?)$/.test(name))
      .map((name) => `${name} is not a setting; .env.example lists them all.`)
  );
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && !/[?#]/.test(text);
}
