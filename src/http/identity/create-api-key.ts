import { randomBytes } from 'node:crypto';
import { formatApiKey, hashApiKey, readApiKeys } from './api-keys.ts';

/** A new key, and the line by which it is kept. */
export interface NewApiKey {
  /** To be shown once. */
  readonly key: string;
  readonly line: string;
}

/** Tells a key apart from other secrets that may turn up in a log or a repository. */
const PREFIX = 'sightline_';

/** Makes a key of 256 random bits; a sentence instead: the name or a scope will not do. */
export function createApiKey(
  name: string,
  scopes: readonly string[],
  random: (bytes: number) => Buffer = randomBytes,
): NewApiKey | string {
  const key = `${PREFIX}${random(32).toString('base64url')}`;
  const hash = hashApiKey(key);
  const { keys, faults } = readApiKeys(`${name} ${scopes.join(',')} ${hash.toString('hex')}`);
  const [made] = keys;
  return made ? { key, line: formatApiKey(made) } : (faults[0] ?? '').replace('line 1 ', 'It ');
}
