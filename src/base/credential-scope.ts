import { keyedDigest } from './sealing.ts';
import type { Secret } from './secret.ts';
import type { Source } from './source.ts';

declare const scopeBrand: unique symbol;
declare const keyBrand: unique symbol;

/**
 * Whose data an answer is: a keyed digest of the credentials that it was read with, 22 base64url letters. `scopedKey` makes
 * every key of a cache, a loader or a single flight and requires a scope, so that code that forgets it does not compile.
 */
export type CredentialScope = string & { readonly [scopeBrand]: 'CredentialScope' };

/** A key that names its credential scope. */
export type ScopedKey = string & { readonly [keyBrand]: 'ScopedKey' };

/** 132 bits: two sets of credentials never share a scope by chance. */
const SCOPE_LETTERS = 22;

/** The scope of a set of credentials for one source; `key` is derived from `SIGHTLINE_SECRET`. */
export function createCredentialScope(
  key: Secret,
  source: Source,
  secrets: readonly Secret[],
): CredentialScope {
  const text = JSON.stringify([source, ...secrets.map((secret) => secret.reveal())]);
  return keyedDigest(key.reveal(), text).toString('base64url').slice(0, SCOPE_LETTERS) as CredentialScope;
}

/** Makes a key for a cache, a loader or a single flight. Nothing else makes one. */
export function scopedKey(scope: CredentialScope, ...parts: readonly (string | number)[]): ScopedKey {
  return JSON.stringify([scope, ...parts]) as ScopedKey;
}
