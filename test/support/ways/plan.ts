import { createHash } from 'node:crypto';
import { schema } from '../../../src/graph/schema.ts';
import { hashDocument } from '../../../src/http/trusted-documents.ts';
import type { Dice } from '../fuzz/dice.ts';
import { DAY_MS } from '../fuzz/log.ts';
import { drawScene } from '../fuzz/scene.ts';
import { createRandomOperations } from '../random-operation.ts';
import type { RandomOperation } from '../random-operation.ts';
import { NOW_MS, TEST_SECRET } from '../running-app.ts';
import type { AuditPlan, SidePlan } from './side.ts';

/** How the callers of a case prove who they are, and what they may ask. */
export interface Access {
  /** The only documents; empty: any document. */
  readonly trusted: readonly RandomOperation[];
  /** The headers of a random caller, known or not. */
  readonly drawProof: (dice: Dice) => Headers;
  /** The headers of a caller who may read all. */
  readonly fullProof: Headers;
}

/** Everything about a case that the dice decide before its first request. */
export interface CasePlan {
  readonly side: SidePlan;
  readonly access: Access;
  /** The share of vendor answers that are spoilt. */
  readonly faultShare: number;
  advance(ms: number): void;
}

const URLS = { USAGE_API_URL: 'http://vendor.test/base', EVENTS_API_URL: 'http://vendor.test/base' };

/** The names, scopes and texts of API keys. */
const KEYS = [
  ['full', 'usage:read,events:read,pii:read,introspect', 'key-of-full'],
  ['masked', 'usage:read,events:read', 'key-of-masked'],
  ['usage', 'usage:read,pii:read', 'key-of-usage'],
  ['schema', 'introspect', 'key-of-schema'],
] as const;

export function drawCase(dice: Dice, seed: number): CasePlan {
  let nowMs = NOW_MS - dice.int(0, 3 * DAY_MS);
  const scene = drawScene(dice.fork('scene'), nowMs);
  const identity = dice.pick(['keys', 'keys', 'keys', 'open', 'request', 'request with keys']);
  const trusted = dice.chance(0.1) ? drawTrusted(dice) : [];
  const manifest = Object.fromEntries(trusted.map(({ text }) => [hashDocument(text), text]));
  const env = {
    ...scene.settings,
    SIGHTLINE_SECRET: TEST_SECRET,
    ...(identity.startsWith('request') ? { VENDOR_CREDENTIALS: 'request', ...URLS } : drawVendors(dice)),
    ...(identity.endsWith('keys') ? { SIGHTLINE_API_KEYS: KEYS.map(formatKey).join(';') } : {}),
    ...(trusted.length > 0 ? { SIGHTLINE_TRUSTED_DOCUMENTS: 'manifest.json' } : {}),
    ...(dice.chance(0.3) ? { SIGHTLINE_CORS_ORIGINS: 'https://app.example.org' } : {}),
    ...drawLimits(dice),
  };
  return {
    side: {
      ...scene,
      seed,
      env,
      manifest: JSON.stringify(manifest),
      now: () => nowMs,
      audit: dice.chance(0.8) ? drawAudit(dice) : null,
    },
    access: { trusted, ...drawProofs(identity) },
    faultShare: dice.pick([0, 0.1, 0.2, 0.5]),
    advance: (ms) => void (nowMs += ms),
  };
}

/** The default limits refuse many random operations; wide ones let them run. */
function drawLimits(dice: Dice): Readonly<Record<string, string>> {
  const wide = { SIGHTLINE_MAX_COST: '1000000', SIGHTLINE_MAX_UPSTREAM_CALLS: '60' };
  return dice.pick([
    { ...wide, SIGHTLINE_RATE_CAPACITY: '0' },
    { ...wide, SIGHTLINE_RATE_CAPACITY: '0' },
    { ...wide, SIGHTLINE_RATE_CAPACITY: '1000000000' },
    { SIGHTLINE_RATE_CAPACITY: '3000', SIGHTLINE_RATE_PER_SECOND: '10' },
  ]);
}

/** The credentials of the service; sometimes for one vendor alone. */
function drawVendors(dice: Dice): Readonly<Record<string, string>> {
  const usage = {
    USAGE_API_URL: URLS.USAGE_API_URL,
    USAGE_API_USER_SECRET: 'user-secret',
    USAGE_API_ORGANIZATION_SECRET: 'organization-secret',
  };
  const events = { EVENTS_API_URL: URLS.EVENTS_API_URL, EVENTS_API_TOKEN: 'token' };
  return dice.pick([
    { ...usage, ...events },
    { ...usage, ...events },
    { ...usage, ...events },
    usage,
    events,
  ]);
}

function drawTrusted(dice: Dice): readonly RandomOperation[] {
  const pool = { ids: ['bm9uZQ'], recordIds: ['none'], cursors: ['bm9uZQ'] };
  const write = createRandomOperations(schema, dice.fork('trusted').roll, pool);
  return Array.from({ length: 6 }, write);
}

function drawAudit(dice: Dice): AuditPlan {
  const failsAt = dice.chance(0.15) ? [dice.int(3, 12), dice.int(3, 20)] : [];
  return { isBatched: dice.chance(0.5), failsAt: new Set(failsAt) };
}

function drawProofs(identity: string): Pick<Access, 'drawProof' | 'fullProof'> {
  const hasKeys = identity.endsWith('keys');
  const isOwn = identity.startsWith('request');
  return {
    drawProof: (dice) => ({
      ...(hasKeys ? dice.pick(dice.chance(0.92) ? KNOWN_PROOFS : WRONG_PROOFS) : {}),
      ...(isOwn ? dice.pick(dice.chance(0.9) ? [OWN, OWN, OTHER_OWN, ONE_OWN] : WRONG_OWN) : {}),
    }),
    fullProof: { ...(hasKeys ? KNOWN_PROOFS[0] : {}), ...(isOwn ? OWN : {}) },
  };
}

type Headers = Readonly<Record<string, string>>;

const KNOWN_PROOFS: readonly [Headers, ...Headers[]] = [
  { authorization: 'Bearer key-of-full' },
  { authorization: 'bearer key-of-full' },
  { authorization: 'Bearer key-of-masked' },
  { 'x-api-key': 'key-of-masked' },
  { authorization: 'Bearer key-of-usage' },
  { authorization: 'Bearer key-of-schema' },
  {},
];
const WRONG_PROOFS: readonly [Headers, ...Headers[]] = [
  { authorization: 'Bearer unknown' },
  { authorization: 'Bearer key-of-full', 'x-api-key': 'key-of-full' },
];

const OWN = {
  'x-usage-authorization': 'User own-user, Organization own-organization',
  'x-events-authorization': 'Bearer own-token',
};
const OTHER_OWN = {
  'x-usage-authorization': 'User other-user, Organization other-organization',
  'x-events-authorization': 'Bearer other-token',
};
const ONE_OWN = { 'x-usage-authorization': OWN['x-usage-authorization'] };
const WRONG_OWN: readonly [Headers, ...Headers[]] = [
  {},
  { 'x-usage-authorization': 'User alone' },
  { ...OWN, 'x-events-authorization': 'own-token' },
];

function formatKey([name, scopes, key]: (typeof KEYS)[number]): string {
  return `${name} ${scopes} ${createHash('sha256').update(key).digest('hex')}`;
}
