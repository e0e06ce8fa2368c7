import { createApiKey } from '../../src/http/identity/api-keys.ts';
import type { NewApiKey } from '../../src/http/identity/api-keys.ts';

/** A new API key with these scopes. @throws Error if one of them is none */
export function makeKey(name: string, ...scopes: readonly string[]): NewApiKey {
  const made = createApiKey(name, scopes);
  if (typeof made === 'string') throw new Error(made);
  return made;
}
