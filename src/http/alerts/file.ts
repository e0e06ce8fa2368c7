import { z } from 'zod';
import { Secret } from '../../base/secret.ts';
import { DAY_MS, Temporal } from '../../base/time.ts';
import { SCOPES } from '../../graph/access.ts';
import type { Scope } from '../../graph/access.ts';
import { isLoopbackHost } from '../loopback.ts';
import { CONDITION } from './condition.ts';
import type { Condition } from './condition.ts';
import { ALERT_NAME, placed, writeFaults } from './faults.ts';
import type { Patience } from './rule.ts';
import { readYaml } from './yaml.ts';

/** One alert as the file says it. Its operation is not checked yet. */
export interface AlertSettings extends Patience {
  readonly name: string;
  /** The text of a document, or the name of an operation in the trusted documents. */
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly everyMs: number;
  /** How long the range of each question is. */
  readonly lastMs: number;
  readonly condition: Condition;
  readonly scopes: readonly Scope[];
  readonly webhook: {
    /** It may hold a password of the receiver. */
    readonly url: Secret;
    /** The key that signs, in base64. */
    readonly key: Secret;
  };
}

/** All alerts of a service. */
export interface AlertsSettings {
  readonly alerts: readonly AlertSettings[];
  /** The address at which people reach this service, for links; null: unknown. */
  readonly service: string | null;
}

export type ParsedAlerts =
  | { readonly kind: 'alerts'; readonly alerts: AlertsSettings }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** Where the file's secrets are. */
export interface SecretPlaces {
  /** undefined: it is not set. */
  readonly readEnv: (name: string) => string | undefined;
  /** @throws if the file can't be read */
  readonly readText: (path: string) => string;
}

/** A round more often would ask vendors for what they do not have yet. */
const SHORTEST_MS = 10_000;
const LONGEST_EVERY_MS = 7 * DAY_MS;
const LONGEST_LAST_MS = 400 * DAY_MS;
const MAX_ALERTS = 100;
/** Of the key, as Standard Webhooks has it. */
const KEY_BYTES = { min: 24, max: 64 };

const duration = (minMs: number, maxMs: number) =>
  z.string().transform((text, context): number => {
    const ms = readDuration(text);
    if (ms !== null && ms >= minMs && ms <= maxMs) return ms;
    const range = `from ${writeSpan(minMs)} to ${writeSpan(maxMs)}`;
    context.addIssue({
      code: 'custom',
      message: `must be a duration of days, hours, minutes and seconds, such as PT10M, ${range}`,
    });
    return z.NEVER;
  });

const url = z
  .string()
  .refine(
    isWebhookUrl,
    'must be an https address without user, password or fragment; http only for this machine',
  )
  .transform((text) => new Secret(text));

const ALERT = z.strictObject({
  name: z.string().regex(ALERT_NAME, 'must be of a to z, 0 to 9 and -'),
  operation: z.string().min(1).max(20_000),
  variables: z.record(z.string(), z.json()).default({}),
  every: duration(SHORTEST_MS, LONGEST_EVERY_MS),
  last: duration(1_000, LONGEST_LAST_MS).optional(),
  for: duration(0, LONGEST_LAST_MS).default(0),
  resolve: duration(0, LONGEST_LAST_MS).default(0),
  condition: CONDITION,
  scopes: z.array(z.enum(SCOPES)).default(['usage:read', 'events:read']),
  webhook: z.strictObject({
    url,
    secretEnv: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable')
      .optional(),
    secretFile: z.string().min(1).optional(),
  }),
});

const FILE = z.strictObject({
  service: z
    .string()
    .refine(isServiceUrl, 'must be an http or https address without user, password, query or fragment')
    .transform((text) => text.replace(/\/+$/, ''))
    .nullable()
    .default(null),
  alerts: z.array(ALERT).min(1).max(MAX_ALERTS),
});

/** Reads the text of `alerts.yaml`. Reports all faults together, a sentence each with its line, without a value of the file. */
export function readAlerts(text: string, places: SecretPlaces): ParsedAlerts {
  const parsed = readYaml(text);
  if (parsed.kind === 'faults') return parsed;
  const { yaml } = parsed;
  const read = FILE.safeParse(yaml.content);
  if (!read.success) return { kind: 'faults', faults: writeFaults(read.error.issues, yaml) };
  const faults: string[] = [];
  const names = new Set<string>();
  const alerts = read.data.alerts.map((alert, index): AlertSettings => {
    const { name, operation, variables, condition, every, scopes, webhook } = alert;
    const refuse = (word: string, fault: string): void =>
      void faults.push(placed(yaml.lineOf(['alerts', index, word]), `${name}: ${fault}`));
    if (names.has(name)) refuse('name', 'the name is given twice.');
    names.add(name);
    const key = readKey(webhook, places);
    if (key.kind === 'fault') refuse('webhook', key.fault);
    return {
      name,
      operation,
      variables,
      everyMs: every,
      lastMs: alert.last ?? every,
      forMs: alert.for,
      resolveMs: alert.resolve,
      condition,
      scopes,
      webhook: { url: webhook.url, key: key.kind === 'key' ? key.key : new Secret('') },
    };
  });
  return faults.length > 0
    ? { kind: 'faults', faults }
    : { kind: 'alerts', alerts: { alerts, service: read.data.service } };
}

/** The length of a duration without months and years, in milliseconds; null: it is none. */
export function readDuration(text: string): number | null {
  try {
    const read = Temporal.Duration.from(text);
    if (read.years !== 0 || read.months !== 0 || read.sign < 0) return null;
    return read.with({ weeks: 0 }).total('milliseconds') + read.weeks * 7 * DAY_MS;
  } catch {
    return null;
  }
}

type ReadKey =
  | { readonly kind: 'key'; readonly key: Secret }
  | { readonly kind: 'fault'; readonly fault: string };

function readKey(
  {
    secretEnv,
    secretFile,
  }: { readonly secretEnv?: string | undefined; readonly secretFile?: string | undefined },
  { readEnv, readText }: SecretPlaces,
): ReadKey {
  const fault = (sentence: string): ReadKey => ({ kind: 'fault', fault: sentence });
  let text: string | undefined;
  if ((secretEnv === undefined) === (secretFile === undefined))
    return fault('webhook must have either secretEnv or secretFile.');
  if (secretEnv !== undefined) {
    text = readEnv(secretEnv);
    if (text === undefined) return fault(`webhook.secretEnv names ${secretEnv}, which is not set.`);
  } else {
    try {
      text = readText(secretFile!);
    } catch {
      return fault("webhook.secretFile names a file that can't be read.");
    }
  }
  const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  const { length } = Buffer.from(encoded, 'base64');
  if (length < KEY_BYTES.min || length > KEY_BYTES.max) {
    const form = `whsec_ and ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes in base64`;
    return fault(`the secret of the webhook must be ${form}, as Standard Webhooks has it.`);
  }
  return { kind: 'key', key: new Secret(encoded) };
}

function writeSpan(ms: number): string {
  return ms >= DAY_MS ? `P${ms / DAY_MS}D` : `PT${ms / 1_000}S`;
}

/** Requires https, because anybody on the way could read what an alert says. */
function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '' || text.includes('#')) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && !/[?#]/.test(text);
}
