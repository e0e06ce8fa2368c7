import type { createLocalJWKSet, JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/time.ts';

/** The issuer's keys can't be read now, so the service cannot check the token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface IssuerKeysOptions {
  /** Reads the key set from the issuer. */
  readonly read: () => Promise<JSONWebKeySet>;
  readonly clock: Clock;
}

/** How long keys are valid without asking the issuer again. */
const FRESH_MS = 10 * 60_000;
/** How long keys stay valid if the issuer fails, so that its outage is not an outage of this service. */
const STALE_MS = 60 * 60_000;
/** The shortest time between readings for unknown keys. A bound is needed because anybody can name an unknown key. */
const COOLDOWN_MS = 30_000;
/** How long not to ask the issuer after a failure. */
const FAILURE_PAUSE_MS = 5_000;

interface KeySet {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly readAtMs: number;
}

/**
 * Finds the key that a token names in its issuer's set. It reads the set when first needed and keeps it for 10 minutes, or for
 * an hour if the issuer fails. Tokens that are checked at the same time share one reading.
 *
 * jose's `createRemoteJWKSet` can't replace this: see docs/decisions/identity.md.
 * @throws KeysUnavailable; errors of jose if the set has no such key
 */
export function createIssuerKeys({ read, clock }: IssuerKeysOptions): JWTVerifyGetKey {
  let latest: KeySet | null = null;
  let failedAtMs = -Infinity;
  let reading: Promise<KeySet> | null = null;

  const readNow = async (): Promise<KeySet> => {
    try {
      const { createLocalJWKSet } = await import('jose');
      latest = { find: createLocalJWKSet(await read()), readAtMs: clock.now() };
      return latest;
    } catch (cause) {
      failedAtMs = clock.now();
      throw new KeysUnavailable("The issuer's keys can't be read.", { cause });
    } finally {
      reading = null;
    }
  };
  const refresh = (): Promise<KeySet> => {
    if (clock.now() < failedAtMs + FAILURE_PAUSE_MS) {
      return Promise.reject(new KeysUnavailable("The issuer's keys could not be read a few seconds ago."));
    }
    reading ??= readNow();
    return reading;
  };
  const current = async (): Promise<KeySet> => {
    const known = latest;
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
      const { errors } = await import('jose');
      const mayBeNew =
        error instanceof errors.JWKSNoMatchingKey && clock.now() >= known.readAtMs + COOLDOWN_MS;
      if (!mayBeNew) throw error;
      return (await refresh()).find(header, token);
    }
  };
}
