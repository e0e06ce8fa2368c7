import { z } from 'zod';
import type { CredentialScope, ScopedKey } from '../../base/credential-scope.ts';
import { deriveKey, keyedDigest, NONCE_BYTES, seal, TAG_BYTES, unseal } from '../../base/sealing.ts';
import type { Secret } from '../../base/secret.ts';
import type { SharedStore } from '../../base/shared-store.ts';
import type { Clock } from '../../base/time.ts';
import type { TransportAnswer } from '../transport.ts';
import type { CachePolicy } from '../upstream.ts';

/** Vendor answers that instances share, each for one credential scope. Every reader decodes an answer again. */
export interface SharedTier {
  /** null: there is none that is intact, sealed under our secret and for this scope. Never rejects. */
  read(scope: CredentialScope, key: ScopedKey): Promise<SharedAnswer | null>;
  /** Hands the answer to the store, unless its policy never lets it be served or it is larger than 2 MiB. */
  write(scope: CredentialScope, key: ScopedKey, shared: SharedAnswer): void;
}

/** An answer as `decode` can read it: the vendor's, or the part of it that belongs to one segment, encoded anew. */
export interface SharedAnswer {
  /** Its writer's policy. */
  readonly policy: CachePolicy;
  /** When it was asked for, in milliseconds since the epoch; never after now. */
  readonly readAtMs: number;
  readonly answer: TransportAnswer;
}

export interface SharedTierOptions {
  readonly store: SharedStore;
  readonly clock: Clock;
  /** `SIGHTLINE_SECRET`. Nobody can read or make an entry without it. */
  readonly secret: Secret;
  /** The vendor's address. Two vendors may take the same credentials and give different answers. */
  readonly baseUrl: string;
}

const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** The most that the clocks of instances may differ. */
const MAX_SKEW_MS = 1_000;

/**
 * Seals entries with AES-256-GCM, because rows contain personal data. The sealing key of each entry follows from its name in
 * the store, so that an entry that was moved to another name does not open.
 */
export function createSharedTier(options: SharedTierOptions): SharedTier {
  const { store, clock, secret, baseUrl } = options;
  const namingKey = deriveKey(secret, 'sightline shared answers v1 names');
  const sealingKey = deriveKey(secret, 'sightline shared answers v1 seals');

  /** A digest, because a request may contain personal data. */
  const storeNameOf = (key: ScopedKey): string =>
    `sightline:1:${keyedDigest(namingKey, JSON.stringify([baseUrl, key])).toString('base64url')}`;
  const sealingKeyOf = (name: string): Buffer => keyedDigest(sealingKey, name);

  return {
    async read(scope, key) {
      const name = storeNameOf(key);
      const sealed = await store.read(name);
      const bytes = sealed && unsealEntry(sealingKeyOf(name), sealed);
      const entry = bytes && decodeEntry(bytes);
      if (entry?.scope !== scope) return null;
      const nowMs = clock.now();
      if (entry.readAtMs > nowMs + MAX_SKEW_MS) return null;
      return {
        policy: entry.policy,
        readAtMs: Math.min(entry.readAtMs, nowMs),
        answer: { status: entry.status, headers: entry.headers, body: entry.body },
      };
    },
    write(scope, key, { policy, readAtMs, answer }) {
      const ttlMs = Math.max(policy.freshMs, policy.staleIfErrorMs);
      if (ttlMs <= 0 || answer.body.length > MAX_BODY_BYTES) return;
      const name = storeNameOf(key);
      const entry: SharedEntry = { scope, policy, readAtMs, ...answer };
      store.write(name, sealEntry(sealingKeyOf(name), encodeEntry(entry)), ttlMs);
    },
  };
}

function sealEntry(key: Buffer, plain: Buffer): Buffer {
  const { nonce, text, tag } = seal(key, plain);
  return Buffer.concat([nonce, tag, text]);
}

/** null: the bytes were not sealed under this key, or were altered. */
function unsealEntry(key: Buffer, sealed: Buffer): Buffer | null {
  const textAt = NONCE_BYTES + TAG_BYTES;
  if (sealed.length < textAt) return null;
  return unseal(key, {
    nonce: sealed.subarray(0, NONCE_BYTES),
    tag: sealed.subarray(NONCE_BYTES, textAt),
    text: sealed.subarray(textAt),
  });
}

/** A `SharedAnswer`, not the decoded value, so that each version of this service decodes it by its own rules. */
export interface SharedEntry extends TransportAnswer {
  readonly scope: string;
  readonly policy: CachePolicy;
  /** Milliseconds since the epoch. */
  readonly readAtMs: number;
}

const LENGTH_BYTES = 4;

const HEAD = z.strictObject({
  scope: z.string(),
  policy: z.strictObject({ freshMs: z.number(), staleIfErrorMs: z.number() }),
  readAtMs: z.int(),
  status: z.union([z.literal(200), z.literal(404)]),
  headers: z.record(z.string(), z.string()),
});

/** The length of the head in four bytes, the head as JSON, the body unchanged. */
export function encodeEntry({ body, scope, policy, readAtMs, status, headers }: SharedEntry): Buffer {
  const { freshMs, staleIfErrorMs } = policy;
  const head = JSON.stringify({
    scope,
    policy: { freshMs, staleIfErrorMs },
    readAtMs,
    status,
    headers: { ...headers },
  });
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(Buffer.byteLength(head));
  return Buffer.concat([length, Buffer.from(head), body]);
}

/** null: the bytes are not an entry. */
export function decodeEntry(bytes: Buffer): SharedEntry | null {
  if (bytes.length < LENGTH_BYTES) return null;
  const bodyAt = LENGTH_BYTES + bytes.readUInt32BE();
  if (bodyAt > bytes.length) return null;
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, bodyAt));
  } catch {
    return null;
  }
  const head = HEAD.safeParse(json);
  return head.success ? { ...head.data, body: bytes.subarray(bodyAt) } : null;
}
