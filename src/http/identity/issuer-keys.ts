import { createLocalJWKSet, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/time.ts';

/** The issuer's keys can't be read now: whether a token is good is not known. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface IssuerKeysOptions {
  /** Reads the key set from its issuer. */
  readonly read: () => Promise<JSONWebKeySet>;
  readonly clock: Clock;
}

const FRESH_MS = 10 * 60_000;
/** How long keys hold that can't be read again: an issuer's outage is not ours. */
const STALE_MS = 60 * 60_000;
/** A key that is not among them may have come since; asked for so often at most, since anybody can name one. */
const COOLDOWN_MS = 30_000;
/** After a failure, the issuer is left alone so long. */
const FAILURE_PAUSE_MS = 5_000;

interface Held {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly readAtMs: number;
}

/**
 * The key that a token names, out of its issuer's set: read when first needed, kept for 10 minutes, and for an hour where the
 * issuer fails. Tokens that are checked at once cause one reading.
 * @throws KeysUnavailable; jose's errors where the set has no such key
 */
export function createIssuerKeys({ read, clock }: IssuerKeysOptions): JWTVerifyGetKey {
  let held: Held | null = null;
  let failedAtMs = -Infinity;
  let reading: Promise<Held> | null = null;

  const readNow = async (): Promise<Held> => {
    try {
      held = { find: createLocalJWKSet(await read()), readAtMs: clock.now() };
      return held;
    } catch (cause) {
      failedAtMs = clock.now();
      throw new KeysUnavailable("The issuer's keys can't be read.", { cause });
    } finally {
      reading = null;
    }
  };
  const refresh = (): Promise<Held> => {
    if (clock.now() < failedAtMs + FAILURE_PAUSE_MS) {
      return Promise.reject(new KeysUnavailable("The issuer's keys could not be read just now."));
    }
    reading ??= readNow();
    return reading;
  };
  const current = async (): Promise<Held> => {
    const known = held;
    if (known && clock.now() < known.readAtMs + FRESH_MS) return known;
    try {
      return await refresh();
    } catch (error) {
      if (known && clock.now() < known.readAtMs + STALE_MS) return known;
      throw error;
    }
  };

  return async (header, token) => {
    const known = await current();
    try {
      return await known.find(header, token);
    } catch (error) {
      const mayHaveCome =
        error instanceof errors.JWKSNoMatchingKey && clock.now() >= known.readAtMs + COOLDOWN_MS;
      if (!mayHaveCome) throw error;
      return (await refresh()).find(header, token);
    }
  };
}
