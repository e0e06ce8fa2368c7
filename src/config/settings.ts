import { z } from 'zod';
import { PERSONAL_DATA_POLICIES } from '../archive/personal-data.ts';
import { Secret } from '../base/secret.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** How to make a good secret; part of the messages that ask for one. */
export const MAKE_SECRET = `A good one is made by: node -p "require('crypto').randomBytes(32).toString('base64url')"`;
const MIN_SECRET_LENGTH = 16;
const MEBIBYTE = 1024 * 1024;
/** Node's timers take no longer time. */
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

/**
 * The characters of a header's value: https://www.rfc-editor.org/rfc/rfc9110#name-field-values. A comma is not allowed, because it
 * separates the credentials in the header.
 */
const secret = z
  .string()
  .regex(
    /^[\x21-\x2b\x2d-\x7e]+$/,
    'holds a character that a header cannot carry: a space, a comma or a character outside ASCII.',
  )
  .transform((text) => new Secret(text))
  .optional();

const address = z
  .string()
  .refine(isBaseUrl, 'must be an http or https address without credentials, query or fragment.');

const baseUrl = address.transform((text) => text.replace(/\/+$/, '')).optional();

/** Any text, because the service sends it inside JSON. */
const credential = z
  .string()
  .transform((value) => new Secret(value))
  .optional();

const hours = z
  .string()
  .optional()
  .transform((text, context) => {
    if (text === undefined) return null;
    const [, from, to] = /^(\d{1,2})-(\d{1,2})$/.exec(text) ?? [];
    if (from !== undefined && to !== undefined && Number(from) < 24 && Number(to) < 24 && from !== to)
      return { from: Number(from), to: Number(to) };
    context.addIssue({
      code: 'custom',
      message: 'must be two different hours of the day in UTC from 0 to 23, such as 22-6.',
    });
    return z.NEVER;
  });

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

/** An address with its port, where IPv6 stands in brackets. */
const HOST_AND_PORT = /^(?:\[([\da-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i;

const metrics = z
  .string()
  .default('off')
  .transform((text, context): 'main' | { host: string; port: number } | null => {
    if (text === 'off' || text === 'on') return text === 'on' ? 'main' : null;
    const [, v6, host = v6, port] = HOST_AND_PORT.exec(text) ?? [];
    if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
    const message = 'must be off, on or an address with a port of its own, such as 127.0.0.1:9464.';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** Every setting with its default and its bounds. `.env.example` explains each. */
export const SETTINGS = z.object({
  VENDOR_CREDENTIALS: z.enum(['config', 'request'], 'must be config or request.').default('config'),
  PORT: integer(4_000, 0, 65_535),
  SIGHTLINE_SHARE_PORT: z.enum(['true', 'false'], 'must be true or false.').default('false'),
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
  // `readIdentity` reads these.
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
  SIGHTLINE_FEDERATION: z.enum(['0', '1'], 'must be 0 or 1.').default('0'),
  SIGHTLINE_CORS_ORIGINS: origins,
  SIGHTLINE_CONSOLE: z.string().optional(),
  // What bin/ has built. It is no setting of an operator, so that SIGHTLINE_CONSOLE in .env, which is read later, wins over it.
  BUILT_CONSOLE: z.string().optional(),
  SIGHTLINE_AUDIT_LOG: z.string().optional(),
  SIGHTLINE_METRICS: metrics,
  SIGHTLINE_TRACE_VENDORS: z.enum(['true', 'false'], 'must be true or false.').default('false'),
  // `readAlertsFile` reads it.
  SIGHTLINE_ALERTS: z.string().optional(),
  SIGHTLINE_ALERTS_STATE: z.string().optional(),
  SIGHTLINE_ARCHIVE: z.string().optional(),
  SIGHTLINE_ARCHIVE_SEALED: z.string().optional(),
  SIGHTLINE_ARCHIVE_HOURS: hours,
  SIGHTLINE_ARCHIVE_PERSONAL_DATA: z
    .enum(PERSONAL_DATA_POLICIES, 'must be keep, omit or pseudonymize.')
    .default('keep'),
  SIGHTLINE_ARCHIVE_DAYS: optionalInteger(2, 36_500),
  SIGHTLINE_ARCHIVE_OVERLAP_MS: integer(900_000, 1_000, MAX_MS),
  SIGHTLINE_ARCHIVE_SETTLE_MS: integer(86_400_000, 1_000, MAX_MS),
  SIGHTLINE_ARCHIVE_INTERVAL_MS: integer(60_000, 100, MAX_MS),
  SIGHTLINE_ARCHIVE_CALLS_PER_MINUTE: integer(60, 1, 100_000),
  SIGHTLINE_EXPORT_CALLS_PER_MINUTE: integer(120, 1, 1_000_000),
  SIGHTLINE_MAX_EXPORTS: integer(4, 1, 1_000),
  SIGHTLINE_MCP: z.enum(['true', 'false'], 'must be true or false.').optional(),
  SIGHTLINE_MCP_MAX_BYTES: integer(65_536, 16_384, 16 * MEBIBYTE),
  SIGHTLINE_LIVE_MIN_INTERVAL_MS: integer(2_000, 100, MAX_MS),
  SIGHTLINE_LIVE_MAX_INTERVAL_MS: integer(15_000, 100, MAX_MS),
  SIGHTLINE_LIVE_OVERLAP_MS: integer(120_000, 1_000, MAX_MS),
  SIGHTLINE_LIVE_MAX_STREAMS: integer(100, 0, 1_000_000),
  SIGHTLINE_LIVE_MAX_STREAMS_PER_CALLER: integer(10, 1, 1_000_000),
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

/** The settings as the schema reads them. */
export type Settings = z.infer<typeof SETTINGS>;

/** The settings as the environment gives them, without empty values. */
export type SetValues = Readonly<Record<string, string>>;

/** The names of all settings, as `.env.example` lists them. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS.shape).filter(
  (name) => name !== 'NODE_ENV' && name !== 'BUILT_CONSOLE',
);

/** A fault for each name that looks like a setting and is none, because the service would ignore a misspelt name silently. */
export function findUnknownSettings(names: readonly string[]): string[] {
  return (
    names
      .filter(
        (name) =>
          /^(?:(?:SIGHTLINE|USAGE_API|EVENTS_API)_|VENDOR_CRED)/.test(name) && !SETTING_NAMES.includes(name),
      )
      // Kubernetes sets names such as SIGHTLINE_SERVICE_HOST in every container, for the services of its namespace.
      .filter((name) => !/_(?:SERVICE_(?:HOST|PORT)(?:_.*)?|PORT(?:_\d+_(?:TCP|UDP).*)?)$/.test(name))
      .map((name) => `${name} is not a setting; .env.example lists them all.`)
  );
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && !/[?#]/.test(text);
}

/** Spelt as a browser spells it, because the service compares origins as text. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^rediss?(?:\+cluster)?:$/.test(url.protocol) && url.hostname !== '' && !/[?#]/.test(text);
}
