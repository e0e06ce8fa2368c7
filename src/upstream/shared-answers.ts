import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { CredentialScope, ScopedKey } from '../base/credential-scope.ts';
import type { Secret } from '../base/secret.ts';
import type { SharedStore } from '../base/shared-store.ts';
import { decodeEntry, encodeEntry } from './answer-entry.ts';
import type { AnswerEntry } from './answer-entry.ts';
import type { TransportAnswer } from './transport.ts';
import type { CachePolicy } from './upstream.ts';

/** An answer as the vendor gave it, with its writer's policy. */
export interface SharedAnswer {
  readonly policy: CachePolicy;
  /** When it was asked for, in milliseconds since the epoch; never after now. */
  readonly readAtMs: number;
  readonly answer: TransportAnswer;
}

/** Vendor answers that instances share, each for one credential scope; to be decoded anew by whoever reads one. */
export interface SharedAnswers {
  /** null where there is none that is whole, ours and for this scope. Never rejects. */
  read(scope: CredentialScope, key: ScopedKey): Promise<SharedAnswer | null>;
  /** Hands it to the store, unless its policy lets it never be read or it is too large to be worth it. */
  write(scope: CredentialScope, key: ScopedKey, shared: SharedAnswer): void;
}

export interface SharedAnswersOptions {
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
export function createSharedAnswers(options: SharedAnswersOptions): SharedAnswers {
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
      const entry: AnswerEntry = { scope, policy, readAtMs, ...answer };
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
