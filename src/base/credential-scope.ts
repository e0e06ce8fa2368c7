import { createHmac } from 'node:crypto';
import type { Secret } from './secret.ts';
import type { Source } from './source.ts';

declare const brand: unique symbol;

/**
 * Whose data an answer is: a keyed hash of the credentials that it is read with. Every key of a cache, a loader or a
 * coalescing map is made by `scopedKey`, which asks for one, so that forgetting it does not compile.
 */
export type CredentialScope = string & { readonly [brand]: 'CredentialScope' };

/** The scope of a set of credentials for one source; `key` is derived from `SIGHTLINE_SECRET`. */
export function createCredentialScope(
  key: Secret,
  source: Source,
  secrets: readonly Secret[],
): CredentialScope {
  const hash = createHmac('sha256', key.reveal());
  hash.update(JSON.stringify([source, ...secrets.map((secret) => secret.reveal())]));
  return hash.digest('base64url').slice(0, 22) as CredentialScope;
}

declare const keyBrand: unique symbol;

/** A key that names its scope. */
export type ScopedKey = string & { readonly [keyBrand]: 'ScopedKey' };

/** The only maker of keys for caches, loaders and coalescing maps. */
export function scopedKey(scope: CredentialScope, ...parts: readonly (string | number)[]): ScopedKey {
  return JSON.stringify([scope, ...parts]) as ScopedKey;
}
