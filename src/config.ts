import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { deriveSecret } from './base/sealing.ts';
import { Secret } from './base/secret.ts';
import { hasIdentity, readIdentity } from './http/identity/settings.ts';
import type { IdentitySettings } from './http/identity/settings.ts';
import type { DocumentBounds } from './http/limits/document-bounds.ts';
import { isLoopbackHost } from './http/loopback.ts';
import { readTrustedDocuments } from './http/trusted-documents.ts';
import type { ParsedManifest, TrustedDocuments } from './http/trusted-documents.ts';
import type { EventsSecrets } from './sources/events/credentials.ts';
import type { HeldFiles } from './sources/paging/held-files.ts';
import type { UsageSecrets } from './sources/usage/credentials.ts';

export interface VendorAddress {
  readonly baseUrl: string;
  /** A socket of this machine to connect to in place of the address's host and port; null: those. */
  readonly socketPath: string | null;
}

export interface UsageVendor extends UsageSecrets, VendorAddress {}

export interface EventsVendor extends VendorAddress {
  readonly secrets: EventsSecrets;
}

/**
 * Whom the service talks to: nobody yet, since no credentials are set; those vendors that are configured; or both, with
 * what each request brings.
 */
export type Vendors =
  | { readonly kind: 'sandbox' }
  | {
      readonly kind: 'configured';
      readonly usage: UsageVendor | null;
      readonly events: EventsVendor | null;
      /** Made-up data, which anybody may see. */
      readonly isPublic: boolean;
    }
  | { readonly kind: 'request'; readonly usageUrl: string; readonly eventsUrl: string };

/** Lengths in milliseconds, sizes in bytes. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly log: { readonly level: (typeof LOG_LEVELS)[number]; readonly isProduction: boolean };
  /** Every key of our own is derived from it. */
  readonly secret: Secret;
  readonly vendors: Vendors;
  /** How callers say who they are; null: nobody is asked. */
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
    /** In points; see `graph/plan/cost-shape.ts`. */
    readonly maxCost: number;
  };
  /** Points for each caller; null: not bounded. */
  readonly rate: { readonly capacity: number; readonly perSecond: number } | null;
  /** The only documents that are answered; null: all are. */
  readonly trustedDocuments: TrustedDocuments | null;
  /** Origins of pages that may read answers. */
  readonly corsOrigins: readonly string[];
  /** Where the audit trail goes: a file, or `stdout`; null: there is none. */
  readonly auditLog: string | null;
  readonly upstream: {
    readonly attemptTimeoutMs: number;
    readonly maxBodyBytes: number;
    readonly maxPauseMs: number;
    readonly cacheBytes: number;
  };
  /** Where instances share what they have read; null: each keeps its own. The address may hold a password. */
  readonly sharedCache: { readonly url: Secret; readonly timeoutMs: number } | null;
  readonly settleMs: number;
  readonly staleIfErrorMs: number;
  readonly usage: SourceConfig;
  readonly events: SourceConfig;
}

export interface SourceConfig {
  /** The most rows to ask the vendor for at once. */
  readonly largestPage: number;
  /** The most that a scan asks for at once, if it would not reach its bound by smaller pages. */
  readonly scanPage: number;
  readonly maxConcurrency: number;
  /** How far back the vendor is said to keep data; null: unknown. */
  readonly retentionDays: number | null;
  /** Files that stand in for the vendor; null: there are none. */
  readonly files: HeldFiles | null;
}

/** Either settings that hold, or every fault found, a sentence each, without a value of a secret. */
export type ParsedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/**
 * What keys are derived from where no secret is set, over made-up data alone: cursors then outlive a restart, and anybody may
 * open them.
 */
export const MADE_UP_SECRET = new Secret('anybody may read made-up data');

const USAGE_URL = 'https://api.cloud-elements.com/elements/api-v2';
const EVENTS_URL = 'https://rest.elevatebilling.com/v1';

const USAGE_CREDENTIALS = ['USAGE_API_USER_SECRET', 'USAGE_API_ORGANIZATION_SECRET'] as const;
const EVENTS_LOGIN = ['EVENTS_API_USERNAME', 'EVENTS_API_PASSWORD'] as const;
/** What a vendor draws at random and gives out, so that nobody can guess it. */
const VENDOR_SECRETS = [...USAGE_CREDENTIALS, 'EVENTS_API_TOKEN'] as const;
const CREDENTIALS = [...VENDOR_SECRETS, ...EVENTS_LOGIN] as const;

const MIN_SECRET_LENGTH = 16;
const MAKE_SECRET = `A good one is made by: node -p "require('crypto').randomBytes(32).toString('base64url')"`;
const MISSING_SECRET = [
  'SIGHTLINE_SECRET is missing: the keys that seal cursors and cached answers are derived from it. They are never derived from a password, since whoever holds a cursor could then guess it.',
  `Set the same on every instance. ${MAKE_SECRET}`,
].join(' ');

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

const address = z
  .string()
  .refine(isBaseUrl, 'must be an http or https address without credentials, query or fragment.');

const baseUrl = address.transform((text) => text.replace(/\/+$/, '')).optional();

/** Sent within JSON, so that it may hold anything. */
const credential = z
  .string()
  .transform((value) => new Secret(value))
  .optional();

const fieldName = (fallback: string) =>
  z
    .string()
    .regex(/^[A-Za-z_][\w.-]{0,63}$/, 'must be the name of a field: letters, digits, _ . and -.')
    .default(fallback);

const origins = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
  .refine(
    (list) => list.every(isOrigin),
    'must be a list of origins, such as https://app.example.org, with commas between.',
  );

const redisUrl = z
  .string()
  .refine(
    isRedisUrl,
    'must be a redis://, rediss://, redis+cluster:// or rediss+cluster:// address without query or fragment.',
  )
  .transform((text) => new Secret(text))
  .optional();

const SETTINGS = z.object({
  VENDOR_CREDENTIALS: z.enum(['config', 'request'], 'must be config or request.').default('config'),
  PORT: integer(4_000, 0, 65_535),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}.`).default('info'),
  NODE_ENV: z.string().optional(),
  USAGE_API_URL: baseUrl,
  USAGE_API_USER_SECRET: secret,
  USAGE_API_ORGANIZATION_SECRET: secret,
  USAGE_API_PAGE_SIZE: integer(200, 2, 10_000),
  USAGE_API_SCAN_PAGE_SIZE: integer(2_000, 2, 10_000),
  USAGE_API_CONCURRENCY: integer(512, 1, 4_096),
  USAGE_API_RETENTION_DAYS: optionalInteger(1, 36_500).transform((days) => days ?? 30),
  EVENTS_API_URL: baseUrl,
  EVENTS_API_TOKEN: secret,
  EVENTS_API_USERNAME: credential,
  EVENTS_API_PASSWORD: credential,
  EVENTS_API_AUTH_URL: address.optional(),
  EVENTS_API_AUTH_USERNAME_FIELD: fieldName('username'),
  EVENTS_API_AUTH_PASSWORD_FIELD: fieldName('password'),
  EVENTS_API_AUTH_TOKEN_FIELD: fieldName('token'),
  EVENTS_API_PAGE_SIZE: integer(1_000, 2, 1_000),
  EVENTS_API_CONCURRENCY: integer(512, 1, 4_096),
  EVENTS_API_RETENTION_DAYS: optionalInteger(1, 36_500),
  // Read by `readIdentity`.
  SIGHTLINE_API_KEYS: z.string().optional(),
  SIGHTLINE_API_KEYS_FILE: z.string().optional(),
  SIGHTLINE_AUTH_ISSUER: z.string().optional(),
  SIGHTLINE_AUTH_AUDIENCE: z.string().optional(),
  SIGHTLINE_AUTH_JWKS_URL: z.string().optional(),
  SIGHTLINE_AUTH_JWKS_FILE: z.string().optional(),
  SIGHTLINE_SECRET: z
    .string()
    .min(MIN_SECRET_LENGTH, `must have at least ${MIN_SECRET_LENGTH} characters. ${MAKE_SECRET}`)
    .transform((text) => new Secret(text))
    .optional(),
  SIGHTLINE_TRUSTED_DOCUMENTS: z.string().optional(),
  SIGHTLINE_CORS_ORIGINS: origins,
  SIGHTLINE_AUDIT_LOG: z.string().optional(),
  SIGHTLINE_OPERATION_TIMEOUT_MS: integer(8_000, 1, MAX_MS - 1_000),
  SIGHTLINE_ATTEMPT_TIMEOUT_MS: integer(3_000, 1, MAX_MS),
  SIGHTLINE_MAX_UPSTREAM_CALLS: integer(20, 1, 100_000),
  SIGHTLINE_MAX_UPSTREAM_BYTES: integer(8 * MEBIBYTE, 1_024, 1_024 * MEBIBYTE),
  SIGHTLINE_MAX_RETRY_AFTER_MS: integer(60_000, 0, MAX_MS),
  SIGHTLINE_CACHE_BYTES: integer(32 * MEBIBYTE, 1_024, 64 * 1_024 * MEBIBYTE),
  REDIS_URL: redisUrl,
  SIGHTLINE_REDIS_TIMEOUT_MS: integer(20, 1, 10_000),
  SIGHTLINE_DEFAULT_PAGE_SIZE: integer(50, 1, 10_000),
  SIGHTLINE_MAX_PAGE_SIZE: integer(500, 1, 10_000),
  SIGHTLINE_MAX_SCANNED_ROWS: integer(10_000, 1, 10_000_000),
  SIGHTLINE_MAX_COST: integer(3_000, 1, 1_000_000_000),
  SIGHTLINE_RATE_CAPACITY: integer(20_000, 0, 1_000_000_000),
  SIGHTLINE_RATE_PER_SECOND: integer(200, 1, 1_000_000_000),
  SIGHTLINE_MAX_BUCKETS: integer(3_000, 1, 1_000_000),
  SIGHTLINE_MAX_UPSTREAM_BUCKETS: integer(150_000, 1, 10_000_000),
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
 * @param readText the text of a file that a setting names; throws where it can't be read
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): ParsedConfig {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') set[name] = value;
  const faults = listUnknown(Object.keys(set));
  const read = SETTINGS.safeParse(set);
  if (!read.success)
    faults.push(...read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
  const isByRequest = set['VENDOR_CREDENTIALS'] === 'request';
  faults.push(...(isByRequest ? listForeign(set) : listHalves(set)));
  const hasVendorSecret = VENDOR_SECRETS.some((name) => name in set);
  if ((isByRequest || (hasCredentials(set) && !hasVendorSecret)) && !('SIGHTLINE_SECRET' in set))
    faults.push(MISSING_SECRET);
  if (read.success && read.data.SIGHTLINE_DEFAULT_PAGE_SIZE > read.data.SIGHTLINE_MAX_PAGE_SIZE) {
    faults.push('SIGHTLINE_DEFAULT_PAGE_SIZE must not be above SIGHTLINE_MAX_PAGE_SIZE.');
  }
  if (read.success && read.data.EVENTS_API_AUTH_USERNAME_FIELD === read.data.EVENTS_API_AUTH_PASSWORD_FIELD) {
    faults.push('EVENTS_API_AUTH_USERNAME_FIELD and EVENTS_API_AUTH_PASSWORD_FIELD must differ.');
  }
  if (
    read.success &&
    read.data.SIGHTLINE_RATE_CAPACITY > 0 &&
    read.data.SIGHTLINE_RATE_CAPACITY < read.data.SIGHTLINE_MAX_COST
  ) {
    faults.push('SIGHTLINE_RATE_CAPACITY must be 0 (off) or at least SIGHTLINE_MAX_COST.');
  }
  const { identity, faults: identityFaults } = readIdentity(set, readText);
  faults.push(...identityFaults);
  const trusted = readManifest(set['SIGHTLINE_TRUSTED_DOCUMENTS'], readText);
  if (trusted?.kind === 'fault') faults.push(trusted.fault);
  const host = set['HOST'] ?? '127.0.0.1';
  // Where each request brings its own credentials, who reaches the port sees no more than without this service.
  if (hasCredentials(set) && !isLoopbackHost(host) && !hasIdentity(set))
    faults.push(refuseHost('Real credentials are set'));
  if (!read.success || faults.length > 0) return { kind: 'faults', faults };
  const trustedDocuments = trusted?.kind === 'documents' ? trusted.documents : null;
  return { kind: 'config', config: { ...arrange(read.data, identity), trustedDocuments } };
}

/** Why a host other than this machine is refused, and the way out. */
export function refuseHost(because: string): string {
  return `HOST must be an address of this machine only, such as 127.0.0.1. ${because}, and callers are not asked who they are: whoever reaches the port would see all. Make keys for them (npm run api-key) and set SIGHTLINE_API_KEYS_FILE, or set SIGHTLINE_AUTH_ISSUER and what belongs to it. Set HOST=127.0.0.1 to serve nobody else.`;
}

/** null: none is set. */
function readManifest(path: string | undefined, readText: (path: string) => string): ParsedManifest | null {
  if (path === undefined) return null;
  try {
    return readTrustedDocuments(readText(path));
  } catch {
    return { kind: 'fault', fault: 'SIGHTLINE_TRUSTED_DOCUMENTS names a file that can not be read.' };
  }
}

function arrange(
  settings: z.infer<typeof SETTINGS>,
  identity: IdentitySettings | null,
): Omit<Config, 'trustedDocuments'> {
  const vendors = readVendors(settings);
  return {
    host: settings.HOST,
    port: settings.PORT,
    log: { level: settings.LOG_LEVEL, isProduction: settings.NODE_ENV === 'production' },
    secret: settings.SIGHTLINE_SECRET ?? deriveFromVendors(vendors) ?? MADE_UP_SECRET,
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
    corsOrigins: settings.SIGHTLINE_CORS_ORIGINS,
    auditLog: settings.SIGHTLINE_AUDIT_LOG ?? null,
    upstream: {
      attemptTimeoutMs: settings.SIGHTLINE_ATTEMPT_TIMEOUT_MS,
      maxBodyBytes: settings.SIGHTLINE_MAX_UPSTREAM_BYTES,
      maxPauseMs: settings.SIGHTLINE_MAX_RETRY_AFTER_MS,
      cacheBytes: settings.SIGHTLINE_CACHE_BYTES,
    },
    // A sandbox makes its rows up anew with each start.
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

function readVendors(settings: z.infer<typeof SETTINGS>): Vendors {
  const { USAGE_API_USER_SECRET: userSecret, USAGE_API_ORGANIZATION_SECRET: organizationSecret } = settings;
  const usageUrl = settings.USAGE_API_URL ?? USAGE_URL;
  const eventsUrl = settings.EVENTS_API_URL ?? EVENTS_URL;
  if (settings.VENDOR_CREDENTIALS === 'request') return { kind: 'request', usageUrl, eventsUrl };
  const usage =
    userSecret && organizationSecret
      ? { baseUrl: usageUrl, socketPath: null, userSecret, organizationSecret }
      : null;
  const secrets = readEventsSecrets(settings, eventsUrl);
  const events = secrets && { baseUrl: eventsUrl, socketPath: null, secrets };
  return usage || events ? { kind: 'configured', usage, events, isPublic: false } : { kind: 'sandbox' };
}

function readEventsSecrets(settings: z.infer<typeof SETTINGS>, eventsUrl: string): EventsSecrets | null {
  const { EVENTS_API_TOKEN: token, EVENTS_API_USERNAME: username, EVENTS_API_PASSWORD: password } = settings;
  if (token) return { kind: 'token', token };
  if (!username || !password) return null;
  return {
    kind: 'exchange',
    username,
    password,
    url: settings.EVENTS_API_AUTH_URL ?? `${eventsUrl}/authenticate`,
    fields: {
      username: settings.EVENTS_API_AUTH_USERNAME_FIELD,
      password: settings.EVENTS_API_AUTH_PASSWORD_FIELD,
      token: settings.EVENTS_API_AUTH_TOKEN_FIELD,
    },
  };
}

/**
 * Unset, the secret follows from the secrets that the vendors gave out, so that cursors hold on each instance and after a restart.
 * A username and a password are left out: a person may have chosen them. null: there are no credentials.
 */
function deriveFromVendors(vendors: Vendors): Secret | null {
  if (vendors.kind !== 'configured') return null;
  const { usage, events } = vendors;
  const material = [
    ...(usage ? [usage.userSecret, usage.organizationSecret] : []),
    ...(events?.secrets.kind === 'token' ? [events.secrets.token] : []),
  ].map((one) => one.reveal());
  if (material.length === 0) return null;
  return deriveSecret(new Secret(JSON.stringify(material)), 'sightline secret v2');
}

function hasCredentials(set: Readonly<Record<string, string>>): boolean {
  return CREDENTIALS.some((name) => name in set);
}

function listHalves(set: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  const [user, organization] = USAGE_CREDENTIALS;
  if (user in set !== organization in set) {
    const [there, missing] = user in set ? [user, organization] : [organization, user];
    faults.push(`${missing} is missing: ${there} is set, and the Usage API asks for both.`);
  }
  if ('USAGE_API_URL' in set && !(user in set) && !(organization in set)) {
    faults.push(
      `USAGE_API_URL is set without credentials: set ${user} and ${organization}, or leave it out.`,
    );
  }
  return [...faults, ...listEventsHalves(set)];
}

function listEventsHalves(set: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  const [username, password] = EVENTS_LOGIN;
  const hasLogin = username in set || password in set;
  if ('EVENTS_API_TOKEN' in set && hasLogin) {
    faults.push(
      `EVENTS_API_TOKEN is set beside ${username in set ? username : password}: set either the token, or what is exchanged for one.`,
    );
  } else if (username in set !== password in set) {
    const [there, missing] = username in set ? [username, password] : [password, username];
    faults.push(`${missing} is missing: ${there} is set, and a token is given for both.`);
  }
  if ('EVENTS_API_URL' in set && !('EVENTS_API_TOKEN' in set) && !hasLogin) {
    faults.push(
      `EVENTS_API_URL is set without credentials: set EVENTS_API_TOKEN, or ${username} and ${password}, or leave it out.`,
    );
  }
  if ('EVENTS_API_AUTH_URL' in set && !hasLogin) {
    faults.push(`EVENTS_API_AUTH_URL is set without ${username} and ${password}, which are sent there.`);
  }
  return faults;
}

/** Where each request brings its credentials, any that are set would be used by nobody, or worse, by all. */
function listForeign(set: Readonly<Record<string, string>>): string[] {
  return [...CREDENTIALS, 'EVENTS_API_AUTH_URL']
    .filter((name) => name in set)
    .map((name) => `${name} is set beside VENDOR_CREDENTIALS=request, where each request brings its own.`);
}

/** A name that is nearly one of ours would be ignored in silence. */
function listUnknown(names: readonly string[]): string[] {
  return (
    names
      .filter(
        (name) =>
          /^(?:(?:SIGHTLINE|USAGE_API|EVENTS_API)_|VENDOR_CRED)/.test(name) && !SETTING_NAMES.includes(name),
      )
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

/** As a browser writes it, so that it can be compared letter by letter. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^rediss?(?:\+cluster)?:$/.test(url.protocol) && url.hostname !== '' && !/[?#]/.test(text);
}
