import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { CredentialScope, ScopedKey } from '../../base/credential-scope.ts';
import type { Secret } from '../../base/secret.ts';
import type { SharedStore } from '../../base/shared-store.ts';
import type { Clock } from '../../base/time.ts';
import type { TransportAnswer } from '../transport.ts';
import type { CachePolicy } from '../upstream.ts';

/** An answer as the vendor gave it, with its writer's policy. */
export interface SharedAnswer {
  readonly policy: CachePolicy;
  /** When it was asked for, in milliseconds since the epoch; never after now. */
  readonly readAtMs: number;
  readonly answer: TransportAnswer;
}

/** Vendor answers that instances share, each for one credential scope; to be decoded anew by whoever reads one. */
export interface SharedTier {
  /** null where there is none that is whole, ours and for this scope. Never rejects. */
  read(scope: CredentialScope, key: ScopedKey): Promise<SharedAnswer | null>;
  /** Hands it to the store, unless its policy lets it never be read or it is too large to be worth it. */
  write(scope: CredentialScope, key: ScopedKey, shared: SharedAnswer): void;
}

export interface SharedTierOptions {
  readonly store: SharedStore;
  readonly clock: Clock;
  /** `SIGHTLINE_SECRET`: who does not hold it can neither read an entry nor make one. */
  readonly secret: Secret;
  /** The vendor's address: two vendors of one kind may take the same credentials and give different answers. */
  readonly baseUrl: string;
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Clocks of instances may differ by so much. */
const MAX_SKEW_MS = 1_000;

/**
 * Entries sealed with AES-256-GCM, since rows hold personal data. Each has a key of its own that follows from its name, so
 * that an entry put under another name does not open.
 */
export function createSharedTier(options: SharedTierOptions): SharedTier {
  const { store, clock, secret, baseUrl } = options;
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret.reveal(), '', `sightline shared answers v1 ${purpose}`, 32));
  const namingKey = derive('names');
  const sealingKey = derive('seals');

  /** The name tells nothing of what was asked, which may be a person's. */
  const nameOf = (key: ScopedKey): string =>
    `sightline:1:${createHmac('sha256', namingKey)
      .update(JSON.stringify([baseUrl, key]))
      .digest('base64url')}`;
  const keyOf = (name: string): Buffer => createHmac('sha256', sealingKey).update(name).digest();

  return {
    async read(scope, key) {
      const name = nameOf(key);
      const sealed = await store.read(name);
      const bytes = sealed && open(keyOf(name), sealed);
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
      const name = nameOf(key);
      const entry: SharedEntry = { scope, policy, readAtMs, ...answer };
      store.write(name, seal(keyOf(name), encodeEntry(entry)), ttlMs);
    },
  };
}

function seal(key: Buffer, plain: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv);
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** null for bytes that were not sealed under this key, or not left as they were. */
function open(key: Buffer, sealed: Buffer): Buffer | null {
  if (sealed.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/** A vendor's answer as it is shared: word for word, so that bytes of another version are decoded by its reader's rules. */
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

/** The length of the head in four bytes, the head as JSON, the body as it is. */
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

/** null for bytes that are no entry. */
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
